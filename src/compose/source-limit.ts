import type { ModelFamily } from '#models/model.ts'

/** "one picture", "up to 8 pictures". */
export function describeLimit({ maxSources }: ModelFamily): string {
  return maxSources === 1 ? 'one image' : `up to ${maxSources} images`
}
