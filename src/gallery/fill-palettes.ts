import type { PictureId } from '#domain/ids.ts'
import { paletteOf, type Tone } from '#imaging/palette.ts'
import type { FinderClient } from '#library/find/open-finder.ts'
import type { GalleryStore } from '#store/store.ts'

const together = 120
/** As many pixels on a side as are looked at. */
const sidePx = 64

/** Makes the palettes of images that have none, from their thumbnails. `onLeft` is told how many are to come. */
export async function fillPalettes(
  store: Pick<GalleryStore, 'thumbnails' | 'setPalettes'>,
  finder: Pick<FinderClient, 'uncoloured'>,
  onLeft: (count: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const ids = await finder.uncoloured()
  for (let from = 0; from < ids.length && !signal.aborted; from += together) {
    onLeft(ids.length - from)
    const some = ids.slice(from, from + together)
    const thumbnails = await store.thumbnails(some)
    const palettes = new Map<PictureId, readonly Tone[]>()
    for (const id of some) palettes.set(id, await readPalette(thumbnails.get(id)))
    await store.setPalettes(palettes)
  }
  if (!signal.aborted) onLeft(0)
}

/** Of an image whose thumbnail is gone or cannot be drawn: none. */
async function readPalette(address: string | undefined): Promise<readonly Tone[]> {
  if (address === undefined) return []
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = new OffscreenCanvas(sidePx, sidePx)
    const context = canvas.getContext('2d')
    context?.drawImage(image, 0, 0, sidePx, sidePx)
    return context ? paletteOf(context.getImageData(0, 0, sidePx, sidePx).data) : []
  } catch {
    return []
  }
}
