import { fold } from '#library/find/fold.ts'

const mostLetters = 60

/** The tags that were typed, separated by commas. Where a known tag differs only in case or accents, that one is meant. */
export function readTags(typed: string, known: readonly string[]): string[] {
  const names = typed.split(',').map((name) => name.trim().replace(/\s+/g, ' ').slice(0, mostLetters))
  const meant = (name: string) => known.find((tag) => fold(tag) === fold(name)) ?? name
  return [...new Set(names.filter((name) => name !== '').map(meant))]
}

/** Known tags that hold what was typed after the last comma; those that begin with it first. */
export function suggestTags(typed: string, known: readonly string[], without: readonly string[], most = 8): string[] {
  const wanted = fold(typed.split(',').at(-1)?.trim() ?? '')
  const others = known.filter((tag) => !without.includes(tag) && fold(tag).includes(wanted))
  const begins = (tag: string) => fold(tag).startsWith(wanted)
  return [...others.filter(begins), ...others.filter((tag) => !begins(tag))].slice(0, most)
}
