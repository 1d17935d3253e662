import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'

export type Item = Run | Picture

export function isRun(item: Item): item is Run {
  return 'state' in item
}

/** The same for a run and for the image that replaces it. */
export function keyOf(item: Item): string {
  if (isRun(item)) return item.id
  const { origin } = item
  if (origin.kind !== 'made') return item.id
  return origin.index === 0 ? origin.run : `${origin.run}#${origin.index}`
}
