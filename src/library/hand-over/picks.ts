import * as z from 'zod/mini'
import type { PictureId } from '#domain/ids.ts'
import { depthOf } from '#domain/json-depth.ts'

/** A client's answer about one image. */
export interface Pick {
  image: PictureId
  picked: boolean
  /** Empty: none. */
  note: string
}

/** Says in a sentence for the user why a file is not a valid file of picks. */
export class PicksError extends Error {
  override readonly name = 'PicksError'
}

const mostBytes = 8 * 2 ** 20
const mostPicks = 20_000
const mostNoteLetters = 1_000

const Shape = z.object({
  format: z.literal('atelier-picks'),
  version: z.number(),
  picks: z.array(
    z.object({
      image: z.string().check(z.minLength(1), z.maxLength(200)),
      picked: z.boolean(),
      note: z.string(),
    }),
  ),
})

/** Reads a file that the page of `picksPage` saved. It is not trusted. Rejects with a `PicksError`. */
export async function readPicks(file: Blob): Promise<readonly Pick[]> {
  if (file.size > mostBytes) throw new PicksError('This file is too large to be a file of picks.')
  const read = Shape.safeParse(parse(await file.text()))
  if (!read.success) throw new PicksError('This is no file of picks that a page of Atelier has saved.')
  if (read.data.version !== 1) throw new PicksError('These picks were made with a newer version of Atelier.')
  if (read.data.picks.length > mostPicks) throw new PicksError('These are more picks than a page can hold.')
  const picks = new Map<string, Pick>()
  for (const { image, picked, note } of read.data.picks)
    picks.set(image, { image: image as PictureId, picked, note: note.slice(0, mostNoteLetters).trim() })
  return [...picks.values()]
}

function parse(text: string): unknown {
  if (depthOf(text) > 8) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
