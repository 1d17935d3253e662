import type { FoundRecipe } from '#domain/found-recipe.ts'
import type { ImageMime, Picture } from '#domain/picture.ts'
import { mostSide, planSize, type SizeFit } from '#imaging/edit/exact-size.ts'
import type { PixelSize } from '#imaging/edit/raster.ts'
import type { ImageMetadata } from '#imaging/metadata/image-metadata.ts'
import { modelOf } from '../picture-words.ts'
import { fileNameBy, withoutTwins } from './file-names.ts'

export interface ExportSettings {
  /** `undefined`: each image in its own size. Otherwise the fields as typed. */
  size: { width: string; height: string } | undefined
  fit: SizeFit
  format: 'same' | ImageMime
  /** 1 to 100. */
  quality: number
  pattern: string
  project: string
  /** Writes prompt, model and recipe into the file. */
  recipe: boolean
}

export const defaultSettings: ExportSettings = {
  size: undefined,
  fit: 'crop',
  format: 'same',
  quality: 90,
  pattern: '{prompt}-{nn}-{w}x{h}',
  project: '',
  recipe: true,
}

/** A browser may not have enough memory for more. */
const mostPixels = 100_000_000

/** What is wrong with a side as typed, as a sentence. */
export function sideTrouble(name: 'Width' | 'Height', typed: string): string | undefined {
  const side = Number(typed)
  if (typed.trim() !== '' && Number.isInteger(side) && side >= 1 && side <= mostSide) return undefined
  return `${name} must be a whole number from 1 to ${mostSide.toLocaleString('en')} pixels.`
}

/** What is wrong with the size as a whole. */
export function sizeTrouble(size: PixelSize): string | undefined {
  if (size.width * size.height <= mostPixels) return undefined
  const megapixels = Math.round((size.width * size.height) / 1_000_000)
  return `${megapixels} megapixels are more than this browser can make. 100 is the most.`
}

/** The typed size. `undefined`: each image's own size, or no valid size. */
export function targetOf({ size }: ExportSettings): PixelSize | undefined {
  if (!size || sideTrouble('Width', size.width) || sideTrouble('Height', size.height)) return undefined
  return { width: Number(size.width), height: Number(size.height) }
}

/** One image of an export. */
export interface ExportItem {
  picture: Picture
  name: string
  size: PixelSize
  /** Present if the pixels are resampled. */
  resize?: { target: PixelSize; box: readonly [number, number, number, number] }
  /** Above 1 if the image is enlarged. */
  enlarged: number
  format: ImageMime
}

export function planExport(pictures: readonly Picture[], settings: ExportSettings): ExportItem[] {
  const target = targetOf(settings)
  const items = pictures.map((picture, index): ExportItem => {
    const plan = target && planSize(picture, target, settings.fit)
    const isSame = target?.width === picture.width && target.height === picture.height
    const size = target ?? { width: picture.width, height: picture.height }
    const format = formatOf(picture, settings)
    const { prompt, createdAt } = picture
    const facts = { prompt: promptOf(picture), createdAt, number: index + 1, count: pictures.length, ...size }
    const ending = format === 'image/jpeg' ? 'jpg' : format.slice('image/'.length)
    const name = fileNameBy(settings.pattern.trim() || prompt, {
      ...facts,
      model: modelOf(picture) ?? '',
      project: settings.project.trim() || 'atelier',
      ending,
    })
    return {
      picture,
      name,
      size,
      format,
      enlarged: isSame ? 1 : (plan?.enlarged ?? 1),
      ...(plan && target && !isSame ? { resize: { target, box: plan.box } } : {}),
    }
  })
  const names = withoutTwins(items.map(({ name }) => name))
  return items.map((item, index) => ({ ...item, name: names[index] ?? item.name }))
}

/** A format that other programs do not always accept (HEIC, TIFF, …) is exported as PNG. */
function formatOf({ mime }: Picture, { format }: ExportSettings): ImageMime {
  if (format !== 'same') return format
  return mime === 'image/jpeg' || mime === 'image/webp' ? mime : 'image/png'
}

function promptOf({ prompt, origin }: Picture): string {
  return origin.kind === 'dropped' ? prompt.replace(/\.[a-z0-9]{2,5}$/i, '') : prompt
}

/**
 * What is written into a file that is made here. That a model made the image is always written; prompt and recipe only if
 * wanted. `undefined` for an imported image that does not say that a model made it, and for a crop of one.
 */
export function metadataOf(picture: Picture, size: PixelSize, withRecipe: boolean): ImageMetadata | undefined {
  const { origin, marks, parents, prompt } = picture
  if (origin.kind === 'dropped') return origin.found && metadataOfFound(origin.found, size, withRecipe)
  const isFramed = origin.kind === 'derived' && origin.from === 'frame'
  if (isFramed && origin.model === undefined) return undefined
  const isComposite = isFramed ? origin.isComposite : parents.length > 0
  const base: ImageMetadata = {
    ...size,
    digitalSource: isComposite ? 'compositeWithTrainedAlgorithmicMedia' : 'trainedAlgorithmicMedia',
  }
  const rating = marks?.reject ? -1 : marks?.rating
  if (!withRecipe) return base
  const model = modelOf(picture)
  return {
    ...base,
    prompt,
    ...(model ? { model } : {}),
    ...(rating === undefined ? {} : { rating }),
    ...(marks?.tags && marks.tags.length > 0 ? { tags: marks.tags } : {}),
    ...('recipe' in origin ? { recipe: JSON.stringify(origin.recipe) } : {}),
    image: picture.id,
  }
}

/** Of a file that another program, or this one elsewhere, has made by a model. */
function metadataOfFound({ prompt, model, recipe }: FoundRecipe, size: PixelSize, withRecipe: boolean): ImageMetadata {
  const base: ImageMetadata = { ...size, digitalSource: 'trainedAlgorithmicMedia' }
  return withRecipe ? { ...base, prompt, ...(model ? { model } : {}), ...(recipe ? { recipe } : {}) } : base
}

/** About the total size of the files in bytes, for finding a place for them. */
export function aboutBytes(items: readonly ExportItem[]): number {
  const perPixel: Readonly<Record<ImageMime, number>> = { 'image/png': 3, 'image/jpeg': 0.6, 'image/webp': 0.5 }
  return items.reduce((sum, { picture, resize, size, format }) => {
    const isAsKept = !resize && picture.mime === format
    return sum + (isAsKept ? picture.sizeBytes : size.width * size.height * perPixel[format])
  }, 0)
}
