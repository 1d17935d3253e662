import { GenerationError } from '#domain/failure.ts'
import { encode, type ImageProcessor, makeThumbnail, openCanvas, pack } from './image-processor.ts'
import { type PictureEntry, toEntry } from './picture-entry.ts'
import { sampleId, variantBatch, variantId } from './sample-ids.ts'
import { editOf, type Sample, sampleList, sampleVariants } from './sample-list.ts'
import type { Samples } from './store.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/**
 * Ages of the samples that come with the app, so that the gallery shows several days and edits are newer than their
 * parents.
 */
const agesMs = [26, 25.5, 25, 2, 74, 120].map((hours) => hours * hourMs)
const variantAge = { afterMs: hourMs, everyMs: 1000 }
const painted = { afterMs: 144 * hourMs, everyMs: 6.5 * minuteMs }
/** Images per transaction, because each transaction waits for the disk once. */
const batchSize = 50
const quality = 0.82

/** Sizes of painted samples: realistic shapes, small enough to paint thousands. */
const sizes = [
  [512, 512],
  [576, 384],
  [384, 576],
  [608, 342],
  [432, 576],
  [576, 432],
] as const

const lights = [
  'in morning light',
  'at dusk',
  'after rain',
  'in cold light',
  'in haze',
  'by lamplight',
  'in spring',
] as const

/**
 * Makes samples, always the same for a number, and passes them on in batches; each batch is stored before the next is
 * passed on. The first samples come with the page, whose folder is `home`; the others are painted from them, each one
 * different. The demo has two answers to an edit of an area instead.
 */
export async function makeSamples(
  wanted: Samples,
  home: string,
  processor: ImageProcessor,
  keep: (entries: readonly PictureEntry[]) => Promise<void>,
): Promise<void> {
  const now = Date.now()
  const isDemo = wanted === 'demo'
  const count = isDemo ? sampleList.length : wanted
  const given = sampleList.slice(0, count)
  const about = [
    ...given.map((sample, index) => describe(sample, index, now)),
    ...(isDemo ? sampleVariants.map((sample, index) => describeVariant(sample, index, now)) : []),
  ]
  const files = await Promise.all([...given, ...(isDemo ? sampleVariants : [])].map((each) => fetchSample(each, home)))
  const entries: PictureEntry[] = []
  for (const [index, each] of about.entries()) {
    entries.push(await toEntry(processor, { ...each, bytes: files[index] as Blob }))
  }
  await keep(entries)

  const bases = count > given.length ? await Promise.all(files.map((file) => createImageBitmap(file))) : []
  // Painting continues while the last batch is stored.
  let kept = Promise.resolve()
  for (let from = given.length; from < count; from += batchSize) {
    const batch: PictureEntry[] = []
    for (let index = from; index < Math.min(count, from + batchSize); index += 1) {
      batch.push(await paint(index, bases, now))
    }
    await kept
    kept = keep(batch)
    kept.catch(() => undefined)
  }
  await kept
  for (const base of bases) base.close()
}

async function fetchSample({ file }: Sample, home: string): Promise<Blob> {
  const response = await fetch(new URL(file, home)).catch(() => undefined)
  if (!response?.ok) {
    throw new GenerationError({ kind: 'unavailable', detail: 'The sample images could not be fetched.' })
  }
  return response.blob()
}

function describe(sample: Sample, index: number, now: number) {
  const { prompt, model, family, draft, parent } = sample
  const parents = parent === undefined ? [] : [sampleId(parent)]
  const ageMs = agesMs[index] ?? painted.afterMs + index * painted.everyMs
  return {
    id: sampleId(index),
    shelf: 'gallery' as const,
    createdAt: Math.round(now - ageMs),
    prompt,
    parents,
    origin: { kind: 'sample' as const, model, recipe: { family, draft, sources: parents } },
  }
}

/** An answer to an edit of an area: it is laid into its source like one that was paid for. */
function describeVariant(sample: Sample, index: number, now: number) {
  const about = describe(sample, index, now)
  const edits = about.parents.map((source) => editOf(sample, source))
  return {
    ...about,
    id: variantId(index),
    createdAt: Math.round(now - variantAge.afterMs + index * variantAge.everyMs),
    batch: { id: variantBatch, index, of: sampleVariants.length },
    origin: { ...about.origin, recipe: { ...about.origin.recipe, edits } },
  }
}

async function paint(index: number, bases: readonly ImageBitmap[], now: number): Promise<PictureEntry> {
  const which = index % bases.length
  const base = bases[which] as ImageBitmap
  const sample = sampleList[which] as Sample
  const random = seeded(index)
  const [width, height] = sizes[Math.floor(random() * sizes.length)] ?? sizes[0]
  const { canvas, context } = openCanvas(width, height)
  drawPart(context, base, random)
  drawLight(context, random)
  const [{ bytes, mime }, { thumbnail, palette }] = await Promise.all([
    encode(canvas, 'image/jpeg', quality),
    makeThumbnail(canvas, false),
  ])
  const { base64, sizeBytes } = await pack(bytes, mime)
  const prompt = `${sample.prompt}, ${lights[index % lights.length]}`
  const { parent: _parent, ...alone } = sample
  const about = describe({ ...alone, prompt, draft: { ...sample.draft, prompt } }, index, now)
  return { picture: { ...about, mime, width, height, sizeBytes, palette }, base64, thumbnail }
}

/** A random part of the base image, sometimes mirrored. */
function drawPart(context: OffscreenCanvasRenderingContext2D, base: ImageBitmap, random: () => number) {
  const { width, height } = context.canvas
  const scale = (0.5 + 0.5 * random()) * Math.min(base.width / width, base.height / height)
  const partWidth = width * scale
  const partHeight = height * scale
  const left = random() * (base.width - partWidth)
  const top = random() * (base.height - partHeight)
  if (random() < 0.5) {
    context.translate(width, 0)
    context.scale(-1, 1)
  }
  context.drawImage(base, left, top, partWidth, partHeight, 0, 0, width, height)
  context.resetTransform()
}

/** A tint over the whole image and one bright spot. */
function drawLight(context: OffscreenCanvasRenderingContext2D, random: () => number) {
  const { width, height } = context.canvas
  const hue = random() * 360
  const tint = context.createLinearGradient(0, 0, width * (random() - 0.5), height)
  tint.addColorStop(0, `hsl(${hue} 70% 60% / 0.75)`)
  tint.addColorStop(1, `hsl(${hue + 40 + random() * 120} 60% 35% / 0.75)`)
  context.globalCompositeOperation = 'overlay'
  context.fillStyle = tint
  context.fillRect(0, 0, width, height)
  const x = random() * width
  const y = random() * height * 0.6
  const lamp = context.createRadialGradient(x, y, 0, x, y, (0.25 + random() * 0.5) * width)
  lamp.addColorStop(0, `hsl(${hue + 20} 90% 80% / 0.5)`)
  lamp.addColorStop(1, `hsl(${hue + 20} 90% 60% / 0)`)
  context.globalCompositeOperation = 'screen'
  context.fillStyle = lamp
  context.fillRect(0, 0, width, height)
}

/** The same numbers for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
