import type { BatchId, CollectionId, PictureId } from '#domain/ids.ts'
import type { LabelColour } from '#domain/marks.ts'
import type { Picture, Shelf } from '#domain/picture.ts'

/** What search knows about an image: small, and made from its record alone. */
export interface Row {
  id: PictureId
  shelf: Shelf
  /** Epoch ms. */
  createdAt: number
  /** The prompt; the file name of an imported image. */
  prompt: string
  file: string
  model: string
  /** "16:9", as requested; otherwise the nearest common ratio of the real pixels. */
  ratio: string
  width: number
  height: number
  sizeBytes: number
  kind: 'made' | 'dropped' | 'derived' | 'sample'
  simulated: boolean
  /** Made from other images. */
  edited: boolean
  star: boolean
  reject: boolean
  /** 0: none. */
  rating: number
  colour?: LabelColour
  note: string
  tags: readonly string[]
  collections: readonly CollectionId[]
  /** Its colours, in 15 bits each. Absent: not known. */
  palette?: readonly number[]
  /** The batch it was made in. */
  batch?: BatchId
}

const usualRatios = [
  ['21:9', 21 / 9],
  ['16:9', 16 / 9],
  ['3:2', 3 / 2],
  ['4:3', 4 / 3],
  ['1:1', 1],
  ['3:4', 3 / 4],
  ['2:3', 2 / 3],
  ['9:16', 9 / 16],
  ['9:21', 9 / 21],
] as const

/** The common ratio nearest to a shape. */
export function ratioOf(width: number, height: number): string {
  const share = Math.log(width / height)
  let best: (typeof usualRatios)[number] = usualRatios[4]
  for (const ratio of usualRatios)
    if (Math.abs(Math.log(ratio[1]) - share) < Math.abs(Math.log(best[1]) - share)) best = ratio
  return best[0]
}

export function toRow(picture: Picture): Row {
  const { id, shelf, createdAt, prompt, width, height, sizeBytes, parents, origin, marks, batch, palette } = picture
  return {
    id,
    shelf,
    createdAt,
    prompt,
    file: origin.kind === 'dropped' ? origin.fileName : '',
    model: 'model' in origin ? (origin.model ?? '') : '',
    ratio: ratioOf(width, height),
    width,
    height,
    sizeBytes,
    kind: origin.kind,
    simulated: origin.kind === 'sample' || ('simulated' in origin && origin.simulated === true),
    edited: parents.length > 0,
    star: marks?.star === true,
    reject: marks?.reject === true,
    rating: marks?.rating ?? 0,
    ...(marks?.colour ? { colour: marks.colour } : {}),
    note: marks?.note ?? '',
    tags: marks?.tags ?? [],
    collections: marks?.collections ?? [],
    ...(palette ? { palette } : {}),
    ...(batch === undefined ? {} : { batch: batch.id }),
  }
}
