import type { StorageReport } from '#store/store.ts'

/** Generated images are stored as base64, with a thumbnail: a third more than their bytes, and some. */
const keptShare = 1.4
/** Fewer days are not enough for an estimate. */
const fewestDays = 3
const dayMonth = 30.4

/**
 * "Room for about 4,200 more images; at your pace, about 7 months." `undefined` if there are no images to estimate from.
 * `freeBytes`: what the browser still allows.
 */
export function describeForecast({ images, sizeBytes, recent }: StorageReport, freeBytes: number): string | undefined {
  if (images === 0 || sizeBytes === 0) return undefined
  const free = Math.max(0, freeBytes)
  const more = free / ((sizeBytes / images) * keptShare)
  const room = `Room for about ${rounded(more).toLocaleString('en')} more images`
  if (recent.days < fewestDays || recent.sizeBytes === 0) return `${room}.`
  const days = free / ((recent.sizeBytes / recent.days) * keptShare)
  return `${room}; at your pace, ${describeDays(days)}.`
}

function describeDays(days: number): string {
  if (days < 1) return 'less than a day'
  if (days < 60) return `about ${countOf(Math.round(days), 'day')}`
  if (days < 730) return `about ${countOf(Math.round(days / dayMonth), 'month')}`
  return 'for years'
}

const countOf = (count: number, unit: string) => (count === 1 ? `1 ${unit}` : `${count} ${unit}s`)

/** Rounds to two significant digits. */
function rounded(count: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1)
  return Math.floor(count / power) * power
}
