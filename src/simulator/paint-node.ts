import { Buffer } from 'node:buffer'
import sharp, { type Sharp } from 'sharp'
import { drawMark } from './mark.ts'
import { layPrints } from './paint-collage.ts'
import type { Painter, PictureFormat, Size, Wish } from './painter.ts'
import { choosePalette } from './palette.ts'
import { addGrain, type Pixels } from './pixels.ts'
import { createRandom, seedOf } from './random.ts'
import { paintScene } from './scenes.ts'
import { sizeIn } from './sizes.ts'
import { createStage } from './stage.ts'
import { chooseTreatment, type Darkroom } from './treatments.ts'

export interface NodePainterOptions {
  seed?: number
  /** The word "simulated" in the corner; on by default. */
  mark?: boolean
  /** Strength of the film grain, in steps of 256; 7 by default. */
  grain?: number
}

/** Beyond this, shapes are drawn smaller and enlarged: their edges stay clean, and 4 megapixels take half the time. */
const mostDrawnPixels = 2_200_000
const mostSourcePixels = 120_000_000
/** A crop that would cost more of the picture than this pads it instead. */
const mostCropped = 0.34

/** Paints with sharp: scenes for words, and treatments of given pictures. */
export function createNodePainter({ seed = 1, mark = true, grain = 7 }: NodePainterOptions = {}): Painter {
  const seedFor = ({ prompt, variation }: Wish) => seedOf(`${seed}/${variation}/${prompt}`)

  async function finish(pixels: Pixels, format: PictureFormat, seed: number): Promise<Uint8Array> {
    addGrain(pixels, grain, createRandom(seed))
    const picture = toSharp(pixels)
    const corner = mark ? drawMark(pixels) : undefined
    if (corner) picture.composite([{ input: Buffer.from(corner.svg), left: corner.left, top: corner.top }])
    const encoded = format === 'png' ? picture.png({ compressionLevel: 3 }) : picture.jpeg({ quality: 88 })
    return encoded.toBuffer()
  }

  return {
    async create(wish, size) {
      const seed = seedFor(wish)
      const scale = Math.min(1, Math.sqrt(mostDrawnPixels / (size.width * size.height)))
      const drawn = { width: Math.round(size.width * scale), height: Math.round(size.height * scale) }
      const scene = sharp(Buffer.from(paintScene(wish.prompt, drawn, seed)))
      const pixels = await toPixels(scale < 1 ? scene.resize(size.width, size.height, { fit: 'fill' }) : scene)
      return finish(pixels, wish.format, seed)
    },

    async edit(wish, sources, frame) {
      const seed = seedFor(wish)
      const [first, ...others] = sources
      if (!first) throw new Error('An edit needs a picture.')
      const ground = await fitted(first, (source) => sizeIn(frame, source))
      const random = createRandom(seed)
      const palette = choosePalette(wish.prompt, random)
      const treatment = chooseTreatment(wish.prompt, random)
      let pixels = await treatment.look(ground, darkroom, palette)
      if (treatment.additions.length > 0) {
        const stage = createStage(pixels, wish.prompt, palette, random)
        const body = treatment.additions.map((addition) => addition(stage)).join('')
        pixels = await toPixels(toSharp(pixels).composite([{ input: Buffer.from(stage.document(body, pixels)) }]))
      }
      if (others.length > 0) pixels = await toPixels(await layPrints(toSharp(pixels), pixels, others, random))
      return finish(pixels, wish.format, seed)
    },
  }
}

const darkroom: Darkroom = {
  async blur(pixels, radius) {
    const longer = Math.max(pixels.width, pixels.height)
    // Blurred small and enlarged again: the same to the eye, at a fraction of the time.
    const shrink = Math.min(1, 700 / longer)
    const sigma = Math.max(0.5, (radius / 1000) * longer * shrink)
    return scaledThrough(pixels, shrink, (small) => small.blur(sigma))
  },
  brush: (pixels) => {
    const shrink = Math.min(1, 900 / Math.max(pixels.width, pixels.height))
    return scaledThrough(pixels, shrink, (small) => small.median(7))
  },
}

async function scaledThrough(pixels: Pixels, shrink: number, work: (small: Sharp) => Sharp): Promise<Pixels> {
  const width = Math.max(1, Math.round(pixels.width * shrink))
  const height = Math.max(1, Math.round(pixels.height * shrink))
  const small = await toPixels(toSharp(pixels).resize(width, height, { fit: 'fill' }))
  const worked = await toPixels(work(toSharp(small)))
  return toPixels(toSharp(worked).resize(pixels.width, pixels.height, { fit: 'fill' }))
}

/** A source upright and opaque, cropped to the size, or padded with itself out of focus where a crop would take too much. */
async function fitted(bytes: Uint8Array, sizeFor: (source: Size) => Size): Promise<Pixels> {
  const open = () => sharp(bytes, { failOn: 'none', limitInputPixels: mostSourcePixels }).autoOrient()
  const { autoOrient: source } = await open().metadata()
  const size = sizeFor(source)
  const { width, height } = size
  const share = source.width / source.height / (width / height)
  const flat = (picture: Sharp) => picture.flatten({ background: '#f4f2ee' }).toColourspace('srgb')
  const cover = await toPixels(flat(open().resize(width, height, { fit: 'cover' })))
  if (1 - Math.min(share, 1 / share) <= mostCropped) return cover
  const ground = await darkroom.blur(cover, 22)
  const inner = await flat(open().resize(width, height, { fit: 'inside' }))
    .png({ compressionLevel: 0 })
    .toBuffer()
  return toPixels(
    toSharp(ground)
      .modulate({ brightness: 0.8 })
      .composite([{ input: inner, gravity: 'centre' }]),
  )
}

function toSharp({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

async function toPixels(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
