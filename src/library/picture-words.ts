import { describeTime } from '#domain/date-heading.ts'
import { describeGateway } from '#domain/gateway.ts'
import type { Picture } from '#domain/picture.ts'

const pixels = (count: number) => count.toLocaleString('en')

/** "1,024 × 768". */
export function describeSize({ width, height }: Picture): string {
  return `${pixels(width)} × ${pixels(height)}`
}

/** "Flux Kontext Pro"; `undefined` for an imported image. */
export function modelOf({ origin }: Picture): string | undefined {
  return 'model' in origin ? origin.model : undefined
}

/** "Gemini Nano Banana 2.1, in place of Flux Kontext Pro": the model that made it, if it is not the requested one. */
export function describeMaker(picture: Picture): string | undefined {
  const { origin } = picture
  const asked = origin.kind === 'made' ? origin.insteadOf : undefined
  return asked === undefined ? modelOf(picture) : `${modelOf(picture)}, in place of ${asked}`
}

/** "via Apikley"; `undefined` for imported images, samples and older ones. */
export function gatewayOf({ origin }: Picture): string | undefined {
  return origin.kind === 'made' && origin.gateway ? `via ${describeGateway(origin.gateway)}` : undefined
}

export function isSimulated({ origin }: Picture): boolean {
  return 'simulated' in origin && origin.simulated === true
}

/** In one word, if an image was not really made by a model. */
export function markOf(picture: Picture): 'Simulated' | 'Sample' | undefined {
  if (isSimulated(picture)) return 'Simulated'
  return picture.origin.kind === 'sample' ? 'Sample' : undefined
}

/** An image's accessible name: the prompt first. */
export function describePicture(picture: Picture, now: number): string {
  const parts = [picture.prompt.trim() || 'Image', modelOf(picture), describeSize(picture)]
  const said = [markOf(picture)?.toLowerCase(), ...describeMarks(picture)]
  return [...parts, describeTime(picture.createdAt, now), ...said].filter(Boolean).join(', ')
}

/** "starred", "rated 4", "rejected", "red label", "tagged client and hero", "has a note". */
function describeMarks({ marks }: Picture): string[] {
  const { star, rating, reject, colour, note, tags = [] } = marks ?? {}
  return [
    ...(star ? ['starred'] : []),
    ...(rating ? [`rated ${rating}`] : []),
    ...(reject ? ['rejected'] : []),
    ...(colour ? [`${colour} label`] : []),
    ...(tags.length > 0 ? [`tagged ${tags.join(' and ')}`] : []),
    ...(note ? ['has a note'] : []),
  ]
}

const mostLetters = 48

function slugOf(text: string): string {
  const words = text
    // Accents are removed from Latin letters only: in other scripts they make a different letter.
    .normalize('NFKD')
    .replace(/([a-z])\p{M}+/giu, '$1')
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu)
  let slug = ''
  for (const word of words ?? []) {
    if (slug.length + word.length + 1 > mostLetters) break
    slug = slug === '' ? word : `${slug}-${word}`
  }
  return slug || [...(words?.[0] ?? '')].slice(0, mostLetters).join('')
}

/**
 * "a-red-fox-flux-kontext-pro-2026-11-21-k3f9a2.png": prompt, model, day, and a code that distinguishes images of the
 * same prompt.
 */
export function fileNameOf(picture: Picture, ending: string): string {
  const { prompt, origin, createdAt } = picture
  const words = origin.kind === 'dropped' ? prompt.replace(/\.[a-z0-9]{2,5}$/i, '') : prompt
  return `${stemFrom(words, modelOf(picture), createdAt)}-${distinguish(picture.id)}.${ending}`
}

/** The same for an image that is not kept yet and so has no code. */
export function fileNameFrom(words: string, model: string | undefined, at: number, ending: string): string {
  return `${stemFrom(words, model, at)}.${ending}`
}

function stemFrom(words: string, model: string | undefined, at: number): string {
  const date = new Date(at)
  const two = (count: number) => String(count).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return [slugOf(words) || 'image', slugOf(model ?? ''), day].filter(Boolean).join('-')
}

/** Six letters and digits, the same for the same image (FNV-1a over its id). */
function distinguish(id: string): string {
  let hash = 0x811c9dc5
  for (const letter of id) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0).toString(36).padStart(6, '0').slice(-6)
}
