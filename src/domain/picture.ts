import type { Edit, EditDocument, Fit, LaidView } from './edit.ts'
import type { FoundRecipe } from './found-recipe.ts'
import type { PictureId, RunId } from './ids.ts'
import type { Laying, Loss, Place } from './laying.ts'
import type { ImageMarks } from './marks.ts'
import { type BatchPlace, laidEditOf, markedEditOf, type Recipe, type TaskRef } from './run.ts'
import type { FileFacts, FileMime } from './source-file.ts'

export const imageMimes = ['image/png', 'image/jpeg', 'image/webp'] as const
export type ImageMime = (typeof imageMimes)[number]

/**
 * Where a picture is kept. `gallery`: shown in the grid. `sources`: the user's own images, shown as inputs and in the
 * family tree. `bin`: can be restored. `answers`: answers that were laid into their source, shown in the family tree;
 * the grid shows the laid-in image instead.
 */
export type Shelf = 'gallery' | 'sources' | 'bin' | 'answers'

/** How a picture came to be. */
export type Origin =
  | {
      kind: 'dropped'
      fileName: string
      notes: readonly string[]
      /** How the file says it was made. */
      found?: FoundRecipe
    }
  | {
      kind: 'made'
      run: RunId
      recipe: Recipe
      /** "Flux Kontext Pro", as shown. The model that really made it. */
      model: string
      /** The model that was asked for, if a different one made it. */
      insteadOf?: string
      provider: string
      /** "apikley": the gateway that was used. Older pictures do not have it. */
      gateway?: string
      task: TaskRef
      index: number
      durationMs: number
      simulated: boolean
      /** The requested size or ratio, for models with fixed sizes: "1K", "16:9". */
      asked?: string
    }
  | { kind: 'sample'; model: string; recipe: Recipe }
  /** A source with the area of an answer laid into it. Parents: the source, the answer. */
  | {
      kind: 'derived'
      from: 'answer'
      edit: Edit
      fit: Fit
      view: LaidView
      /** What the model changed outside the area, largest first. */
      places: readonly Place[]
      /** Absent: nothing. */
      losses?: readonly Loss[]
      /** Numbers of the marks that the model left in the area. Absent: none. */
      marksLeft?: readonly number[]
      /** The model left much of the new space around the source as it was filled for sending. */
      leftEmpty?: true
      model: string
      recipe: Recipe
      simulated: boolean
    }
  /**
   * A source that was cropped, turned or mirrored. Parent: the source. If a model made that: `model`, `simulated` (also
   * for a sample), and `isComposite` if it had sources itself.
   */
  | {
      kind: 'derived'
      from: 'frame'
      document: EditDocument
      model?: string
      simulated?: boolean
      isComposite?: boolean
    }

/**
 * A picture's record: small, without bytes. Bytes and thumbnail are stored separately under the same id. Times: epoch
 * ms.
 */
export interface Picture {
  id: PictureId
  shelf: Shelf
  createdAt: number
  /** The prompt it was made from; for a dropped picture its file name. */
  prompt: string
  /** Type of the kept bytes. An image made by a service is always one of `imageMimes`. */
  mime: FileMime
  /** In pixels, upright. */
  width: number
  height: number
  sizeBytes: number
  /** The pictures it was made from, in order. */
  parents: readonly PictureId[]
  /** Set when it was made in a batch. */
  batch?: BatchPlace
  origin: Origin
  /** Its bytes carry Content Credentials (C2PA). Not recorded by earlier versions. */
  signed?: true
  /** Only for images whose file is kept as the user brought it. */
  file?: FileFacts
  /** SHA-256 of the kept bytes, 64 hexadecimal digits. Not recorded by earlier versions. */
  sha256?: string
  /** For an answer to an edit: the result of laying it in, or of searching it for marks. Absent before that. */
  laying?: Laying
  /** Main colours for search, most important first, in 15 bits each. Images of earlier versions have none. */
  palette?: readonly number[]
  marks?: ImageMarks
}

/** Made by a model, or a sample that stands for such an image. */
export type MadePicture = Picture & { origin: Extract<Origin, { kind: 'made' | 'sample' }> }

/** Whether an answer still has to be laid into its source, or searched for marks that were drawn on the source. */
export function awaitsLaying(picture: Picture): picture is MadePicture {
  const { origin, laying } = picture
  if ((origin.kind !== 'made' && origin.kind !== 'sample') || laying !== undefined) return false
  return laidEditOf(origin.recipe) !== undefined || markedEditOf(origin.recipe) !== undefined
}

/** A picture's file ending, without the dot. */
export function extensionOf(mime: FileMime): string {
  return mime === 'image/jpeg' ? 'jpg' : mime.slice('image/'.length)
}

/** The image type found from the first bytes; names and labels are not trusted. Needs at least 12 bytes. */
export function sniffImage(bytes: Uint8Array): ImageMime | undefined {
  const starts = (...values: number[]) => values.every((value, index) => bytes[index] === value)
  const text = (from: number, word: string) =>
    [...word].every((letter, index) => bytes[from + index] === letter.charCodeAt(0))
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (text(0, 'RIFF') && text(8, 'WEBP')) return 'image/webp'
  return undefined
}
