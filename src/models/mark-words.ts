import type { Mark } from '#domain/edit.ts'
import { sourceOfColour } from '#domain/mark-drawing.ts'
import { writeReference } from '#domain/prompt.ts'
import type { ModelFamily } from './model.ts'

/** The beginning of a sentence about a mark, up to the colon. */
function leadOf(mark: Mark, isNumbered: boolean): string {
  const number = isNumbered || mark.kind === 'pin' ? ` ${mark.n}` : ''
  const { colour } = mark
  switch (mark.kind) {
    case 'box':
      return `In the ${colour} box${number}`
    case 'ellipse':
      return `In the ${colour} ellipse${number}`
    case 'arrow':
      return `Where the ${colour} arrow${number} points`
    case 'pin':
      return `At the ${colour} pin${number}`
    case 'note':
      return `Where ${colour} words stand`
    case 'brush':
    case 'lasso':
      return `At the ${colour} line${number}`
  }
}

/**
 * The sentences that tell a model about the marks, phrased as its guide recommends. A mark in the colour of a source names
 * it; one without that and without a note ends with "…", for the user to complete. `sourceCount`: number of sources,
 * without the marked copy.
 */
export function wordsForMarks(
  marks: readonly Mark[],
  { marksAs }: Pick<ModelFamily, 'marksAs'>,
  sourceCount: number,
): { begin: string[]; places: { lead: string; words: string }[]; end: string[] } {
  const places = marks.map((mark) => ({
    lead: `${leadOf(mark, marks.length > 1)}:`,
    words: wordsOf(mark, sourceCount),
  }))
  if (marksAs === 'burnt') {
    const end = [
      'Camera angle, framing, scale and everything else stay exactly the same.',
      'The finished image shows only the scene itself.',
    ]
    return { begin: [], places, end }
  }
  return {
    begin: ['Edit image 1.', `Image ${sourceCount + 1} is image 1 with drawn marks that show the places.`],
    places,
    end: ['Keep the framing and everything else of image 1.', 'The finished image shows only the scene itself.'],
  }
}

function wordsOf({ note, colour }: Mark, sourceCount: number): string {
  const words = note.trim().replace(/[.\s]+$/, '')
  const source = sourceOfColour(colour, sourceCount)
  if (source === undefined) return words || '…'
  const reference = writeReference(source - 1)
  if (words === '') return `what ${reference} shows`
  return words.includes(reference) ? words : `${words}, from ${reference}`
}

/**
 * The prompt with the sentences about the marks. Sentences that are in it already stay; those about the same mark are replaced,
 * so that pressing the button again updates them to the notes.
 */
export function withMarkWords(prompt: string, { begin, places, end }: ReturnType<typeof wordsForMarks>): string {
  let text = prompt.trim()
  const missing = (sentences: readonly string[]) => sentences.filter((sentence) => !text.includes(sentence))
  for (const { lead, words } of places) {
    const at = text.indexOf(lead)
    if (at < 0) continue
    const stop = text.indexOf('.', at)
    const until = stop < 0 ? text.length : stop + 1
    const isOpen = words === '…'
    if (!isOpen) text = `${text.slice(0, at)}${lead} ${words}.${text.slice(until)}`
  }
  const added = places.filter(({ lead }) => !text.includes(lead)).map(({ lead, words }) => sentence(lead, words))
  return [...missing(begin), withStop(text), ...added, ...missing(end)].filter((part) => part !== '').join(' ')
}

function sentence(lead: string, words: string): string {
  return words === '…' ? `${lead} …` : `${lead} ${words}.`
}

function withStop(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`
}
