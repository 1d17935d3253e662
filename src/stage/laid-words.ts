import type { Fit } from '#domain/edit.ts'
import type { Laying, Loss, Place } from '#domain/laying.ts'
import type { LayInStep } from '#imaging/edit/chain.ts'

const steps: Readonly<Record<LayInStep, string>> = {
  decode: 'Reading the answer…',
  align: 'Aligning the answer…',
  compare: 'Comparing with the source…',
  paint: 'Laying the area in…',
  encode: 'Saving…',
}

export function describeStep(step: LayInStep): string {
  return steps[step]
}

/** A smaller shift cannot be seen, in pixels of the source. */
const leastShift = 0.5
/** A smaller zoom comes from rounding sides to multiples of 16. */
const leastZoom = 0.005
/** In levels of 0–255. */
const leastTint = 1
const leastChange = 0.001

/** What was done to lay an answer in, in short sentences. */
export function describeFit({ shift, zoom, colour, changedOutside, isFaint }: Fit): string[] {
  const moved = shift >= leastShift && `Moved ${Math.round(shift) || 1} px`
  const percent = (Math.abs(zoom - 1) * 100).toFixed(1)
  const zoomed = Math.abs(zoom - 1) >= leastZoom && `${zoom > 1 ? 'enlarged' : 'shrunk'} ${percent}%`
  const found = [moved, zoomed].filter(Boolean).join(', ')
  const isTinted = colour.offset.some((offset) => Math.abs(offset) >= leastTint)
  return [
    describeShift(found && `${found[0]?.toUpperCase()}${found.slice(1)}`, isFaint),
    ...(isTinted ? ['Tint corrected'] : []),
    ...(changedOutside >= leastChange ? [`Changed outside the area: ${percentOf(changedOutside)}`] : []),
  ]
}

function describeShift(found: string, isFaint: true | undefined): string {
  if (isFaint) return found ? `${found}; too little detail to be sure` : 'Too little detail to align: placed as it came'
  return found ? `${found}, aligned` : 'Aligned'
}

function percentOf(share: number): string {
  return share < 0.01 ? 'under 1%' : `${Math.round(share * 100)}%`
}

const losses: Readonly<Record<Loss, string>> = {
  depth: '16 bits became 8',
  profile: 'Colours converted to sRGB',
  alpha: 'Translucent pixels changed slightly',
}

/** What of the source this browser could not keep. */
export function describeLoss(loss: Loss): string {
  return losses[loss]
}

const expected: Readonly<Record<Loss, string>> = {
  depth: 'Result has 8 bits per channel',
  profile: 'Result is in sRGB',
  alpha: 'Translucent pixels may change slightly',
}

/** Describes what a result will lose of the source, shown before anything is sent. */
export function describeExpectedLoss(loss: Loss): string {
  return expected[loss]
}

/** The marks that an answer still shows, by their numbers. */
export function describeMarksLeft(numbers: readonly number[]): string {
  const [first] = numbers
  if (numbers.length < 2) return `The model left mark ${first} in`
  return `The model left marks ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} in`
}

export const spaceLeftEmpty = 'Some of the new space looks unfilled'

/** What the model changed where it should not have. */
export function describePlaces(places: readonly Place[]): string {
  if (places.length === 0) return 'Nothing outside the area was changed.'
  const count = places.length === 1 ? '1 place' : `${places.length} places`
  return `The model also changed ${count} outside the area. Your pixels were kept there.`
}

/** "2 · 1.4%": a place in the list of changed places, with its share of the image. */
export function describePlace({ share }: Place, number: number): string {
  return `${number} · ${share < 0.001 ? 'under 0.1' : (share * 100).toFixed(1)}%`
}

const objections: Readonly<Record<Extract<Laying, { kind: 'refused' }>['objection'], string>> = {
  framing: 'The model changed the framing, so the area cannot be laid into your image.',
  proportions: 'The answer has other proportions. Its framing does not match your image.',
  bent: 'The model bent the image, so the framing matches only roughly.',
  partly: 'Only a part of the answer matches your image, so its framing is not certain.',
  covered: 'The area covers nearly all of the image, so too little is left to check the framing by.',
  flat: 'There is too little detail outside the area to check the framing.',
  blank: 'The answer is blank.',
  tiny: 'The answer is too small to be laid into your image.',
}

/** Why an answer was not laid in, and what is kept. */
export function describeRefusal(laying: Extract<Laying, { kind: 'refused' | 'failed' }>): string {
  if (laying.kind === 'failed') return laying.reason
  return `${objections[laying.objection]} The whole answer is kept.`
}
