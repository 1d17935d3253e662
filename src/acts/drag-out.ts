import type { PictureId } from '#domain/ids.ts'
import { extensionOf, type Picture } from '#domain/picture.ts'
import { fileNameOf } from '#library/picture-words.ts'
import type { GalleryStore } from '#store/store.ts'
import { markedOf } from './marked-file.ts'

interface Prepared {
  id: PictureId
  url: string
}

let prepared: Prepared | undefined
let wanted: PictureId | undefined

/**
 * Reads an image when it is pressed, because a drag can only carry data that is present when it starts. The last image
 * is kept in memory. An image that cannot be read is dragged without a file.
 */
export async function prepareDragOut(store: GalleryStore, image: Picture): Promise<void> {
  if (wanted === image.id) return
  wanted = image.id
  const bytes = await store.original(image.id).catch(() => undefined)
  const file = bytes && (await markedOf(image, bytes))
  if (!file || wanted !== image.id) return
  if (prepared) URL.revokeObjectURL(prepared.url)
  prepared = { id: image.id, url: URL.createObjectURL(file) }
}

/** Puts the image into a drag as a file, for other programs. Only Chromium takes it; elsewhere nothing happens. */
export function addFile(data: DataTransfer, image: Picture): void {
  if (prepared?.id !== image.id) return
  data.setData('DownloadURL', `${image.mime}:${fileNameOf(image, extensionOf(image.mime))}:${prepared.url}`)
}
