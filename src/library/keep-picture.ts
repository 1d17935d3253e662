import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'

const loadPreparing = () => import('#imaging/prepare-image.ts')

/**
 * Prepares a file and keeps it. Rejects with `invalid` when the file cannot be a picture here, with `storage` when there is
 * no room for it, or as aborted. What prepares it is loaded with the first file.
 */
export async function keepPicture(
  store: GalleryStore,
  file: File,
  shelf: 'sources' | 'gallery',
  signal: AbortSignal,
): Promise<Picture> {
  const { prepareImage } = await loadPart(loadPreparing)
  const { bytes, notes } = await prepareImage(file, signal)
  signal.throwIfAborted()
  return store.addPicture({
    id: crypto.randomUUID() as PictureId,
    shelf,
    createdAt: Date.now(),
    prompt: file.name,
    parents: [],
    origin: { kind: 'dropped', fileName: file.name, notes },
    bytes,
  })
}
