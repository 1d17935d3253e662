import type { PictureId } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import { readHeader } from '#imaging/image-header.ts'
import { findFamily } from '#models/catalogue.ts'
import { lengthOf } from '#models/model.ts'
import type { GalleryStore } from '#store/store.ts'
import type { ToSent } from './ports.ts'
import { toRequestBody } from './request-body.ts'
import { imagesToSend, sentSources } from './uploads.ts'

/** A request in the service's own names, without its images. */
export interface SentText {
  /** The final prompt. */
  text: string
  /** In characters. */
  length: number
  /** All other members in the order of sending: "aspectRatio", "16:9". */
  options: readonly { name: string; value: string }[]
}

/** An image as it will be sent: upright pixels, and bytes after scaling. */
export interface SentImage {
  id: PictureId
  /** Marks are drawn on it. */
  isMarked: boolean
  bytes: Blob
  width: number
  height: number
  sizeBytes: number
  mime: string
}

/** The text of the request for a recipe, made by the code that makes the request. */
export function previewText(recipe: Recipe): SentText {
  const family = findFamily(recipe.family)
  if (!family) return { text: '', length: 0, options: [] }
  // In place of their addresses.
  const places: string[] = sentSources(recipe).map(({ id }) => id)
  const body = toRequestBody(recipe, family, {}, places) as object
  const members = membersOf(body).filter(({ value }) => !places.includes(value))
  const text = members.find(({ name }) => name === 'prompt')?.value ?? ''
  return { text, length: lengthOf(text), options: members.filter(({ name }) => name !== 'prompt') }
}

/** The images of the request, in order. Rejects with `invalid` if one is missing or cannot be read. */
export async function previewImages(
  store: Pick<GalleryStore, 'original' | 'picture'>,
  recipe: Pick<Recipe, 'edits' | 'sources'>,
  toSent?: ToSent,
): Promise<SentImage[]> {
  const images = await imagesToSend(store, recipe, toSent)
  const sources = sentSources(recipe)
  return Promise.all(
    images.map(async (image, index) => {
      const { width = 0, height = 0 } = readHeader(new Uint8Array(await image.arrayBuffer())) ?? {}
      const { id, isMarked } = sources[index] as (typeof sources)[number]
      return { id, isMarked, bytes: image, width, height, sizeBytes: image.size, mime: image.type }
    }),
  )
}

/** The members with a value of their own, by their last name: no body has two members of the same name. */
function membersOf(body: object): { name: string; value: string }[] {
  return Object.entries(body).flatMap(([name, value]) => {
    if (Array.isArray(value)) return value.flatMap((each) => membersOf({ [name]: each }))
    return value instanceof Object ? membersOf(value) : [{ name, value: String(value) }]
  })
}
