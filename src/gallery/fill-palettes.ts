import type { PictureId } from '#domain/ids.ts'
import { paletteOf, type Tone } from '#imaging/palette.ts'
import type { FinderClient } from '#library/find/open-finder.ts'
import type { GalleryStore } from '#store/store.ts'

const together = 120
/** Side in pixels to which thumbnails are reduced. */
const sidePx = 64

/** Computes the missing palettes from thumbnails. Calls `onLeft` with the number that is left. */
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

/** Empty if the thumbnail is missing or cannot be drawn. */
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
