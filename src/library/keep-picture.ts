import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { newId } from '#platform/ids.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'

const loadReading = () => import('#imaging/prepare-image.ts')

/**
 * Keeps a file byte for byte. Rejects with `invalid` when the file cannot be an image here, with `storage` when there is no
 * room for it, or as aborted; then nothing of it is kept. What reads it is loaded with the first file.
 */
export async function keepPicture(
  store: Pick<GalleryStore, 'addFile'>,
  file: File,
  shelf: 'sources' | 'gallery',
  signal: AbortSignal,
): Promise<Picture> {
  const { readImage } = await loadPart(loadReading)
  const read = await readImage(file, file.name, signal)
  signal.throwIfAborted()
  const id = newId() as PictureId
  return store.addFile({ id, shelf, createdAt: Date.now(), name: file.name, ...read })
}
