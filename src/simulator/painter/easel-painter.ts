import type { Easel } from './easel.ts'
import { drawMark } from './mark.ts'
import type { Painter, PainterOptions, PictureFormat, Size, Wish } from './painter.ts'
import { choosePalette } from './palette.ts'
import { addGrain, grade, type Pixels, paste } from './pixels.ts'
import { layPrints } from './prints.ts'
import { createRandom, seedOf } from './random.ts'
import { paintScene } from './scenes.ts'
import { createStage } from './stage.ts'
import { chooseTreatment, type Darkroom } from './treatments.ts'

/** Beyond this, shapes are drawn smaller and enlarged: their edges stay clean, and 4 megapixels take half the time. */
const mostDrawnPixels = 2_200_000
/** A crop that would cost more of the picture than this pads it instead. */
const mostCropped = 0.34

/** Scenes for words, and treatments of given pictures, on whatever easel there is. */
export function createEaselPainter(easel: Easel, { seed = 1, mark = true, grain = 7 }: PainterOptions = {}): Painter {
  const darkroom = createDarkroom(easel)
  const seedFor = ({ prompt, variation }: Wish) => seedOf(`${seed}/${variation}/${prompt}`)

  async function finish(pixels: Pixels, format: PictureFormat, seed: number): Promise<Uint8Array> {
    addGrain(pixels, grain, createRandom(seed))
    const corner = mark ? drawMark(pixels) : undefined
    const marked = corner ? await easel.drawOver(pixels, corner.svg, corner.left, corner.top) : pixels
    return easel.encode(marked, format)
  }

  /** A source cropped to the size, or padded with itself out of focus where a crop would take too much. */
  async function fitted(bytes: Uint8Array, sizeFor: (source: Size) => Size): Promise<Pixels> {
    const source = await easel.measure(bytes)
    const size = sizeFor(source)
    const share = source.width / source.height / (size.width / size.height)
    const cover = await easel.fill(bytes, size)
    if (1 - Math.min(share, 1 / share) <= mostCropped) return cover
    const ground = await darkroom.blur(cover, 22)
    grade(ground, 0, [dimmed, dimmed, dimmed])
    const inner = await easel.fill(bytes, {
      width: Math.max(1, Math.round(size.width * Math.min(1, share))),
      height: Math.max(1, Math.round(size.height / Math.max(1, share))),
    })
    paste(ground, inner, Math.round((size.width - inner.width) / 2), Math.round((size.height - inner.height) / 2))
    return ground
  }

  return {
    async create(wish, size) {
      const seed = seedFor(wish)
      const scale = Math.min(1, Math.sqrt(mostDrawnPixels / (size.width * size.height)))
      const drawn = { width: Math.round(size.width * scale), height: Math.round(size.height * scale) }
      return finish(await easel.draw(paintScene(wish.prompt, drawn, seed), size), wish.format, seed)
    },

    async edit(wish, sources, size) {
      const seed = seedFor(wish)
      const [first, ...others] = sources
      if (!first) throw new Error('An edit needs a picture.')
      const ground = await fitted(first, typeof size === 'function' ? size : () => size)
      const random = createRandom(seed)
      const palette = choosePalette(wish.prompt, random)
      const treatment = chooseTreatment(wish.prompt, random)
      let pixels = await treatment.look(ground, darkroom, palette)
      if (treatment.additions.length > 0) {
        const stage = createStage(pixels, wish.prompt, palette, random)
        const body = treatment.additions.map((addition) => addition(stage)).join('')
        pixels = await easel.drawOver(pixels, stage.document(body, pixels), 0, 0)
      }
      await layPrints(pixels, others, easel, random)
      return finish(pixels, wish.format, seed)
    },
  }
}

const dimmed = (value: number) => value * 0.8

/** Worked on small and enlarged again: the same to the eye, at a fraction of the time. */
function createDarkroom(easel: Easel): Darkroom {
  async function small(pixels: Pixels, mostSide: number, work: (pixels: Pixels) => Promise<Pixels>): Promise<Pixels> {
    const shrink = Math.min(1, mostSide / Math.max(pixels.width, pixels.height))
    const size = {
      width: Math.max(1, Math.round(pixels.width * shrink)),
      height: Math.max(1, Math.round(pixels.height * shrink)),
    }
    return easel.scale(await work(await easel.scale(pixels, size)), pixels)
  }
  return {
    blur: (pixels, radius) =>
      small(pixels, 700, (shrunk) =>
        easel.blur(shrunk, Math.max(0.5, (radius / 1000) * Math.max(shrunk.width, shrunk.height))),
      ),
    brush: (pixels) => small(pixels, 900, (shrunk) => easel.median(shrunk, 7)),
  }
}
