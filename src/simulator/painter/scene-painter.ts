import { type Deviations, usualDeviations } from './deviations.ts'
import type { DrawingBackend } from './drawing-backend.ts'
import { editImage } from './edit-image.ts'
import { drawMark } from './mark.ts'
import type { Painter, PainterOptions, PictureFormat, Size, Wish } from './painter.ts'
import { addGrain, grade, mirrored, type Pixels, paste, turned } from './pixels.ts'
import { createRandom, type Random, seedOf } from './random.ts'
import { redraw } from './redraw.ts'
import { paintScene } from './scenes.ts'
import type { Filters } from './treatments.ts'

/** Above this, shapes are drawn smaller and enlarged: their edges stay clean, and 4 megapixels take half the time. */
const mostDrawnPixels = 2_200_000
/** An image is padded if cropping would remove more of it than this. */
const mostCropped = 0.34

/** Paints scenes for prompts, and edits given images, with any drawing backend. */
export function createScenePainter(
  backend: DrawingBackend,
  { seed = 1, mark = true, grain = 7 }: PainterOptions = {},
): Painter {
  const filters = createFilters(backend)
  const seedFor = ({ prompt, variation }: Wish) => seedOf(`${seed}/${variation}/${prompt}`)

  async function finish(pixels: Pixels, format: PictureFormat, seed: number): Promise<Uint8Array> {
    addGrain(pixels, grain, createRandom(seed))
    const corner = mark ? drawMark(pixels) : undefined
    const marked = corner ? await backend.drawOver(pixels, corner.svg, corner.left, corner.top) : pixels
    return backend.encode(marked, format)
  }

  /** A source cropped to the size, or padded with a blurred copy of itself if a crop would remove too much. */
  async function fitted(bytes: Uint8Array, sizeFor: (source: Size) => Size): Promise<Pixels> {
    const source = await backend.measure(bytes)
    const size = sizeFor(source)
    const share = source.width / source.height / (size.width / size.height)
    const cover = await backend.fill(bytes, size)
    if (1 - Math.min(share, 1 / share) <= mostCropped) return cover
    const ground = await filters.blur(cover, 22)
    grade(ground, 0, [dimmed, dimmed, dimmed])
    const inner = await backend.fill(bytes, {
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
      return finish(await backend.draw(paintScene(wish.prompt, drawn, seed), size), wish.format, seed)
    },

    async edit(wish, sources, size) {
      const seed = seedFor(wish)
      const [first, ...others] = sources
      if (!first) throw new Error('An edit needs an image.')
      const { deviations = usualDeviations } = wish
      const ground = await fitted(first, typeof size === 'function' ? size : () => size)
      const edited = await editImage(
        { backend, filters, deviations, random: createRandom(seed) },
        wish.prompt,
        ground,
        others,
      )
      // Its own random numbers, so that another framing does not choose another change.
      const answer = await toAnswer(edited, deviations, createRandom(seed + 1))
      return finish(answer, wish.format, seed)
    },
  }

  async function toAnswer(edited: Pixels, deviations: Deviations, random: Random): Promise<Pixels> {
    const { width, height } = edited
    const scaled = (factor: number) =>
      backend.scale(edited, { width: Math.round(width * factor), height: Math.round(height * factor) })
    switch (deviations.answer) {
      case 'edit':
        return redraw(edited, deviations, random)
      case 'mirrored':
        return mirrored(edited)
      case 'turned':
        return turned(edited)
      case 'blank':
        return { width, height, data: new Uint8Array(edited.data.length).fill(128) }
      case 'tiny':
        return scaled(64 / Math.max(width, height))
      case 'huge':
        return scaled(Math.sqrt(8))
      case 'other':
        return backend.draw(paintScene('a lighthouse above the sea', edited, Math.floor(random() * 2 ** 32)), edited)
    }
  }
}

const dimmed = (value: number) => value * 0.8

/** Computed on a smaller image and enlarged: it looks the same and takes a fraction of the time. */
function createFilters(backend: DrawingBackend): Filters {
  async function small(pixels: Pixels, mostSide: number, work: (pixels: Pixels) => Promise<Pixels>): Promise<Pixels> {
    const shrink = Math.min(1, mostSide / Math.max(pixels.width, pixels.height))
    const size = {
      width: Math.max(1, Math.round(pixels.width * shrink)),
      height: Math.max(1, Math.round(pixels.height * shrink)),
    }
    return backend.scale(await work(await backend.scale(pixels, size)), pixels)
  }
  return {
    blur: (pixels, radius) =>
      small(pixels, 700, (shrunk) =>
        backend.blur(shrunk, Math.max(0.5, (radius / 1000) * Math.max(shrunk.width, shrunk.height))),
      ),
    brush: (pixels) => small(pixels, 900, (shrunk) => backend.median(shrunk, 7)),
  }
}
