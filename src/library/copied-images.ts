import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'

/** A demo on the same host has its own gallery. */
const key = import.meta.env.MODE === 'demo' ? 'atelier-demo-copied' : 'atelier-copied'
/** Each image of the same size is decoded when a file is added, so only a few are remembered. */
const most = 6

const loadReading = () => import('#imaging/prepare-image.ts')

/** Remembers that an image was copied to the clipboard, also for other windows and after a reload. */
export function noteCopied(id: PictureId): void {
  try {
    localStorage.setItem(key, JSON.stringify([id, ...copied().filter((other) => other !== id)].slice(0, most)))
  } catch {
    // Without storage, a copy that is pasted is an image without a parent.
  }
}

/**
 * The image of which a file is a copy that went through the clipboard. Browsers write clipboard images again, without
 * metadata, so neither the file's hash nor its marks tell; the pixels do. They are compared only with images of the same
 * size that were copied lately. Rejects as aborted only.
 */
export async function findCopied(
  store: Pick<GalleryStore, 'picture' | 'drawable'>,
  { bytes, width, height }: { bytes: Blob; width: number; height: number },
  signal: AbortSignal,
): Promise<Picture | undefined> {
  const known = await Promise.all(copied().map((id) => store.picture(id).catch(() => undefined)))
  const candidates = known.flatMap((one) => (one?.width === width && one.height === height ? [one] : []))
  if (candidates.length === 0) return undefined
  const { pixelHash } = await loadPart(loadReading)
  const wanted = await pixelHash(bytes, signal)
  for (const candidate of wanted === undefined ? [] : candidates) {
    const drawn = await store.drawable(candidate.id).catch(() => undefined)
    if (drawn && (await pixelHash(drawn, signal)) === wanted) return candidate
  }
  return undefined
}

/** Newest first. */
function copied(): readonly PictureId[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(read) ? read.filter((id): id is PictureId => typeof id === 'string').slice(0, most) : []
  } catch {
    return []
  }
}
