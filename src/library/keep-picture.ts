import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { newId } from '#platform/ids.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'
import { findCopied } from './copied-images.ts'

const loadReading = () => import('#imaging/prepare-image.ts')

/** A longer recipe in a file is not kept with the image. */
const mostRecipeLetters = 65_536

/**
 * Keeps a file byte for byte. A file that is already in the gallery, or already here under the same name, is not stored
 * again: its image is returned, unless it is in use as a source already. A changed copy of an image of this gallery, and
 * one that comes back from the clipboard, becomes its child. Rejects with `invalid` when the file cannot be used as an image, with `storage` when there is no
 * room for it, or as aborted; then nothing of it is kept. The code that reads files is loaded with the first one.
 */
export async function keepPicture(
  store: Pick<GalleryStore, 'addFile' | 'drawable' | 'picture' | 'pictureOfHash'>,
  file: File,
  shelf: 'sources' | 'gallery',
  signal: AbortSignal,
  isTaken: (id: PictureId) => boolean = () => false,
): Promise<Picture> {
  const { readImage } = await loadPart(loadReading)
  const { writtenOf, found, ...read } = await readImage(file, file.name, signal)
  signal.throwIfAborted()
  const same = await store.pictureOfHash(read.sha256)
  const isSame = same?.shelf === 'gallery' || (same?.shelf === shelf && same.prompt === file.name)
  if (same && isSame && !isTaken(same.id)) return same
  const parent =
    writtenOf === undefined
      ? await findCopied(store, { ...read.facts, bytes: file }, signal)
      : await store.picture(writtenOf as PictureId)
  const isShort = (found?.recipe?.length ?? 0) <= mostRecipeLetters
  signal.throwIfAborted()
  return store.addFile({
    id: newId() as PictureId,
    shelf,
    createdAt: Date.now(),
    name: file.name,
    ...read,
    ...(parent ? { parents: [parent.id] } : {}),
    ...(found && isShort ? { found } : {}),
  })
}
