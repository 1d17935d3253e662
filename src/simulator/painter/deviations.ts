/**
 * How a model's answer to an edit differs from its input, apart from the requested change. The models take no mask:
 * they redraw the whole image, so it comes back shifted by a few pixels and slightly tinted. Lengths in pixels of the
 * answer.
 */
export interface Deviations {
  /** Shifted right and down by this many pixels; `slight`: up to 3 pixels each way, depending on the prompt. */
  shift: 'slight' | readonly [right: number, down: number]
  /** Enlarged about the centre; 1: not at all. */
  zoom: number
  /** Tint: none, hardly visible, clearly visible, or different from place to place. */
  drift: 'none' | 'slight' | 'even' | 'uneven'
  /** How far the image is distorted locally. */
  bend: number
  /** Another framing of the scene: it cannot be aligned with the source. */
  lost: boolean
  /** Also changes three places outside the requested one. */
  spill: boolean
  /** Leaves marks that were drawn on the source in the answer. */
  marks: boolean
  /** Leaves a border that was added for an extension empty. */
  border: boolean
  /** An answer that is not an edit, for tests of what must never be laid in. */
  answer: 'edit' | 'mirrored' | 'turned' | 'blank' | 'tiny' | 'huge' | 'other'
}

/** As real models usually answer. */
export const usualDeviations: Deviations = {
  shift: 'slight',
  zoom: 1,
  drift: 'slight',
  bend: 0,
  lost: false,
  spill: false,
  marks: false,
  border: false,
  answer: 'edit',
}

/** The input with the requested change and nothing else. */
export const noDeviations: Deviations = { ...usualDeviations, shift: [0, 0], drift: 'none' }

const answers = ['mirrored', 'turned', 'blank', 'tiny', 'huge', 'other'] as const

/**
 * The settings that tokens of a prompt override: `[[exact]] [[shift:7,-4]] [[zoom:1.012]] [[drift]] [[drift:uneven]]
 * [[bent:3]] [[lost]] [[spill]] [[marks]] [[border]] [[answer:mirrored]]`. Invalid numbers are ignored.
 */
export function readDeviations(words: readonly string[], otherwise: Deviations): Deviations {
  const has = (word: string) => words.includes(word)
  const numbers = (name: string) => {
    const argument = words.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1)
    const values = argument?.split(',').map(Number) ?? []
    return values.every(Number.isFinite) ? values : []
  }
  const [right, down] = numbers('shift')
  const [zoom] = numbers('zoom')
  const [bend] = numbers('bent')
  const answer = answers.find((one) => has(`answer:${one}`))
  const base = has('exact') ? noDeviations : otherwise
  return {
    ...base,
    ...(right === undefined || down === undefined ? {} : { shift: [right, down] as const }),
    ...(zoom === undefined || zoom <= 0 ? {} : { zoom }),
    ...(bend === undefined ? {} : { bend }),
    ...(has('drift') ? { drift: 'even' as const } : {}),
    ...(has('drift:uneven') ? { drift: 'uneven' as const } : {}),
    lost: base.lost || has('lost'),
    spill: base.spill || has('spill'),
    marks: base.marks || has('marks'),
    border: base.border || has('border'),
    ...(answer ? { answer } : {}),
  }
}
