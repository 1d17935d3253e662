import { fold } from './fold.ts'
import type { Term } from './query.ts'

const wordsOf = /[\p{L}\p{M}\p{N}]+/gu
/** Shorter words differ in one letter from too many others. */
const leastLetters = 4

/** Texts read in one step: a few milliseconds. */
const textsInStep = 250

/** Work in steps, so that something else can be done between them. */
export type Suggesting = Generator<void, string | undefined>

/**
 * The typed text with each unknown word replaced by a known one that differs by one letter or by two exchanged
 * neighbours. `undefined` if no word can be corrected like this. Builds its vocabulary each time, because it is only
 * used when nothing was found. With 50,000 images that takes half a second, so it works in steps.
 */
export function* suggest(texts: readonly string[], typed: string, terms: readonly Term[]): Suggesting {
  const asked = terms.flatMap((term) => (term.kind === 'words' && !term.not ? [term.text] : []))
  if (asked.length === 0) return undefined
  const counts = new Map<string, number>()
  for (let from = 0; from < texts.length; from += textsInStep) {
    yield
    for (const text of texts.slice(from, from + textsInStep))
      for (const [word] of text.matchAll(wordsOf)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  let mended = typed
  for (const word of new Set(asked.flatMap((text) => text.match(wordsOf) ?? []))) {
    yield
    if (word.length < leastLetters || texts.some((text) => text.includes(word))) continue
    const better = nearest(word, counts)
    if (better !== undefined) mended = replaceWord(mended, word, better)
  }
  return mended === typed ? undefined : mended
}

/** Of several candidates, the most frequent. */
function nearest(word: string, counts: ReadonlyMap<string, number>): string | undefined {
  let [best, most] = [undefined as string | undefined, 0]
  for (const [known, count] of counts) {
    if (count > most && Math.abs(known.length - word.length) <= 1 && isNear(known, word)) [best, most] = [known, count]
  }
  return best
}

/** One letter added, removed or replaced, or two neighbours exchanged. */
function isNear(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  let at = 0
  while (at < short.length && short[at] === long[at]) at += 1
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1)
  if (short.slice(at + 1) === long.slice(at + 1)) return true
  return short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2)
}

/** The typed word may have accents and capitals that the folded one lacks. */
function replaceWord(typed: string, word: string, better: string): string {
  return typed.replace(wordsOf, (piece) => (fold(piece) === word ? better : piece))
}
