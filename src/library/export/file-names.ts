/** The values for a pattern such as `{prompt}-{nn}-{w}x{h}`. */
export interface NameFacts {
  project: string
  prompt: string
  /** Empty for an imported image. */
  model: string
  /** Epoch ms. */
  createdAt: number
  /** From 1. */
  number: number
  /** The number of files, which decides the digits of `{nn}`. */
  count: number
  width: number
  height: number
  /** Without the dot. */
  ending: string
}

export const nameTokens = ['project', 'prompt', 'model', 'date', 'n', 'nn', 'w', 'h'] as const

const mostLetters = 120
/**
 * In UTF-8, in which a letter of most scripts takes three bytes. Disks take 255; the rest is for the ending and for the
 * number that tells equal names apart.
 */
const mostBytes = 230
const mostWordLetters = 60
/** Names that Windows reserves for devices, with any ending. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

/**
 * The name of an exported file. Valid on every system, whatever the pattern and the prompt contain: no slashes or other
 * forbidden characters, no device names, at most 120 letters and 230 bytes before the ending.
 */
export function fileNameBy(pattern: string, facts: NameFacts): string {
  const filled = pattern.replace(/\{(\w+)\}/g, (whole, token: string) => wordFor(token.toLowerCase(), facts) ?? whole)
  return `${safeStem(filled)}.${facts.ending}`
}

/** The same names, made unique on a disk that ignores case: "fox.png", "fox-2.png". */
export function withoutTwins(names: readonly string[]): string[] {
  const taken = new Set<string>()
  /** The number of the next copy of each name, so that thousands of equal names are not counted through each time. */
  const copies = new Map<string, number>()
  return names.map((name) => {
    const dot = name.lastIndexOf('.')
    const [stem, ending] = [name.slice(0, dot), name.slice(dot)]
    const key = keyOf(name)
    let next = name
    let copy = copies.get(key) ?? 2
    for (; taken.has(keyOf(next)); copy += 1) next = `${stem}-${copy}${ending}`
    copies.set(key, copy)
    taken.add(keyOf(next))
    return next
  })
}

const keyOf = (name: string) => name.normalize('NFC').toLowerCase()

function wordFor(token: string, facts: NameFacts): string | undefined {
  switch (token) {
    case 'project':
      return wordsOf(facts.project)
    case 'prompt':
      return wordsOf(facts.prompt)
    case 'model':
      return wordsOf(facts.model)
    case 'date':
      return dayOf(facts.createdAt)
    case 'n':
      return String(facts.number)
    case 'nn':
      return String(facts.number).padStart(Math.max(2, String(facts.count).length), '0')
    case 'w':
      return String(facts.width)
    case 'h':
      return String(facts.height)
    default:
      return undefined
  }
}

/** "a-red-fox": as many whole words as fit. */
function wordsOf(text: string): string {
  const words = text.normalize('NFC').match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  let joined = ''
  for (const word of words) {
    if (joined !== '' && joined.length + word.length + 1 > mostWordLetters) break
    joined = joined === '' ? [...word].slice(0, mostWordLetters).join('') : `${joined}-${word}`
  }
  return joined.toLowerCase()
}

function dayOf(at: number): string {
  const date = new Date(at)
  const two = (count: number) => String(count).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** A text as a file's name without its ending: see `fileNameBy`. "image" if nothing is left of it. */
export function safeStem(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[<>:"/\\|?*]/g, '-')
    // Empty parts leave double hyphens behind.
    .replace(/-{2,}/g, '-')
  const cut = withinBytes([...plain].slice(0, mostLetters))
  // A leading dot hides a file; Windows drops dots and spaces at the end.
  const stem = cut.replace(/^[\s.-]+|[\s.-]+$/g, '')
  if (stem === '') return 'image'
  return reserved.test(stem) ? `_${stem}` : stem
}

function withinBytes(letters: readonly string[]): string {
  const encoder = new TextEncoder()
  let bytes = 0
  const end = letters.findIndex((letter) => {
    bytes += encoder.encode(letter).byteLength
    return bytes > mostBytes
  })
  return letters.slice(0, end < 0 ? undefined : end).join('')
}
