/**
 * Sets the time zone of the browsers and servers that a runner starts to one in which it is about noon. What the gallery
 * groups by day, and what counts for today, would otherwise depend on the time of day at which the tests run.
 */
export function setZoneOfNoon(): void {
  // The runner's workers read its configuration again, perhaps in the next hour.
  process.env.ZONE_OF_NOON ??= zoneOfNoon(new Date().getUTCHours())
  process.env.TZ = process.env.ZONE_OF_NOON
}

/** The zones of this family have the opposite sign: Etc/GMT-2 is two hours ahead of UTC. */
function zoneOfNoon(utcHour: number): string {
  const ahead = 12 - utcHour
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}
