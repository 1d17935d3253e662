/**
 * Text as search compares it: without accents, case and the spelling variants below. `forêt` equals `foret`; `が` does
 * not equal `か`, and marks that are letters of their own (Hindi vowels) stay. Folding twice changes nothing.
 */
export function fold(text: string): string {
  // ASCII text, which most prompts are, only needs lower case.
  if (isAscii.test(text)) return text.toLowerCase()
  const bare = text.normalize('NFKD').replace(accents, '').normalize('NFC').toLowerCase()
  return bare.replace(variants, (letter) => spelled[letter] ?? letter)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII
const isAscii = /^[\x00-\x7f]*$/
/** Combining accents of Latin, Greek and Cyrillic only: in other scripts some combining marks are letters. */
const accents = /[\u0300-\u036f]/g
const variants = /[ßøłđæœð]/g
const spelled: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', æ: 'ae', œ: 'oe' }
