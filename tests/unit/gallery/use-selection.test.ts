// @vitest-environment happy-dom
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { type Before, type Contents, nothingBefore, toContents } from '#gallery/contents.ts'
import { viewOf } from '#gallery/head-view.ts'
import type { ShelfView } from '#gallery/shelf-window.ts'
import { useSelection } from '#gallery/use-selection.ts'
import { madeOrigin, workingRun } from '../../support/gallery-records.ts'

afterEach(cleanup)

function pictureOf(id: string, run = `run of ${id}`): Picture {
  return {
    id: id as PictureId,
    shelf: 'gallery',
    createdAt: 1_000,
    prompt: id,
    mime: 'image/png',
    width: 4,
    height: 3,
    sizeBytes: 1,
    parents: [],
    origin: madeOrigin(run),
  }
}

const views = (...ids: readonly string[]) =>
  viewOf(
    ids.map((id) => pictureOf(id)),
    {},
  )
/** A list that is shown although there is a newer result. */
const outdated: Partial<ShelfView> = { idsBetween: async () => undefined, findPlaces: async () => undefined }

/** Presses Shift from one place of the shown list to another. Gives what is selected when the newer list is there. */
async function selectedIn(newer: Contents, [from, to]: readonly [number, number], shown: Contents): Promise<string[]> {
  const list = { current: shown }
  const reading = {
    readLatest: async <T>(read: (contents: Contents) => Promise<T | undefined>) => (await read(newer)) as T,
    readAll: async () => [],
  }
  const { result } = renderHook(() => useSelection(list, reading))
  result.current[1].extend(to, from, false)
  await waitFor(() => expect(result.current[0].ids.size).toBeGreaterThan(0))
  return [...result.current[0].ids]
}

const contentsOf = (before: Before, view: ShelfView) => toContents(before, view, 2_000)

it('a range that ends where nothing is loaded ends at that place of the newer list, as the focus does', async () => {
  const shown = contentsOf(nothingBefore, {
    ...views('a', 'b', 'c', 'd'),
    ...outdated,
    tileAt: (place) => (place === 0 ? { picture: pictureOf('a') } : undefined),
  })
  const newer = contentsOf(nothingBefore, views('new', 'a', 'b', 'c', 'd'))
  expect(await selectedIn(newer, [0, 3], shown)).toEqual(['a', 'b', 'c'])
})

it('a range that ends at a run ends at the image that the run has become', async () => {
  const run = workingRun('late')
  const shown = contentsOf({ cards: [], lead: [run] }, { ...views('a', 'b', 'c'), ...outdated })
  const newer = contentsOf({ cards: [], lead: [pictureOf('made', 'late')] }, views('a', 'b', 'c'))
  expect(await selectedIn(newer, [2, 0], shown)).toEqual(['made', 'a', 'b'])
})
