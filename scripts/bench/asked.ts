/** A part of the bench, and the groups of its rows that can be asked for alone. */
export type Parts = Readonly<Record<string, { groups?: readonly string[] }>>

/**
 * What `npm run bench -- ARGUMENTS` asks for: the groups wanted of each part, all of them if the list is empty. Without
 * arguments every part is wanted. "protect time far" asks for two groups of one part; a group belongs to the last part
 * named before it. Throws an Error that lists the possible names.
 */
export function readAsked(args: readonly string[], parts: Parts): ReadonlyMap<string, readonly string[]> {
  if (args.length === 0) return new Map(Object.keys(parts).map((name) => [name, []]))
  const asked = new Map<string, string[]>()
  let last: string | undefined
  for (const name of args) {
    if (name in parts) {
      last = name
      asked.set(name, asked.get(name) ?? [])
    } else if (last !== undefined && parts[last]?.groups?.includes(name)) asked.get(last)?.push(name)
    else throw new Error(`There is no part ${name}. The parts are ${describeParts(parts)}.`)
  }
  return asked
}

function describeParts(parts: Parts): string {
  return Object.entries(parts)
    .map(([name, { groups }]) => (groups ? `${name} (${groups.join(', ')})` : name))
    .join(', ')
}
