import { replaceEqualDeep } from '@tanstack/react-query'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Day, Facets, FoundItem } from '#library/find/finder.ts'
import type { FinderClient } from '#library/find/open-finder.ts'
import type { Query } from '#library/find/query.ts'
import type { Answer, SearchOptions } from '#library/find/search.ts'
import type { GalleryStore } from '#store/store.ts'

/** A tile's stack; empty for a single image. */
export type Group = Pick<FoundItem, 'stack' | 'opened'>

export type Tile = Group & { picture: Picture }

/** The loaded part of an ordered result. A new object after each change. */
export interface ShelfView {
  /** Another number after each change of the result; stays while more of it is loaded. 0 until search is ready. */
  result: number
  /** The question that it answers; `undefined` until search is ready. */
  question: Question | undefined
  /** The number of tiles. */
  total: number
  /** The number of images; `undefined` until search is ready. */
  images: number | undefined
  /** Empty if the result is not sorted by time. */
  days: readonly Day[]
  facets: Facets | undefined
  /** `undefined` if it is not loaded. */
  tileAt(place: number): Tile | undefined
  /** Among the loaded ones. */
  placeOf(id: PictureId): number | undefined
  /** Width divided by height. */
  ratioAt(place: number): number
  /** A range of the result, both ends included, loaded or not; `undefined` if there is a newer result. */
  idsBetween(from: number, to: number): Promise<readonly PictureId[] | undefined>
  /** Positions in the whole result, loaded or not, in the order of `ids`; `undefined` if there is a newer result. */
  findPlaces(ids: readonly PictureId[]): Promise<readonly (number | undefined)[] | undefined>
}

export interface Question {
  query: Query
  options: SearchOptions
}

/** The size of a result, known before its tiles are read. */
export interface Counted {
  question: Question
  images: number
}

/** A window over a result: the tiles around the visible ones, and numbers for the rest. */
export interface ShelfWindow {
  /** `undefined` until the first question is answered. */
  view(): ShelfView | undefined
  counted(): Counted | undefined
  /** Whether the last reading failed. */
  failed(): boolean
  subscribe(listener: () => void): () => void
  ask(question: Question): void
  /** These positions are visible, or will be soon. */
  want(from: number, to: number): void
  close(): void
}

const pageSize = 60
/** Tiles are read after this pause in typing, ms; until then only the count is updated. */
const pauseMs = 60
/** How many positions are read ahead. */
const ahead = 90
const mostPages = 10

export function createShelfWindow(finder: FinderClient, store: Pick<GalleryStore, 'picturesById'>): ShelfWindow {
  const listeners = new Set<() => void>()
  const pages = createPages(finder, store)
  let question: Question | undefined
  let answer: (Answer & { question: Question }) | undefined
  let shapes: Float32Array | undefined
  let view: ShelfView | undefined
  let counted: Counted | undefined
  let turn = 0
  let hasFailed = false

  const pause = createTypingPause()
  const fail = () => {
    hasFailed = true
    show()
  }

  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  const show = () => {
    if (answer) view = toView(finder, answer, pages, shapes)
    tell()
  }

  async function refresh() {
    if (!question) return
    turn += 1
    const mine = turn
    const asked = question
    const onCount = (images: number) => {
      counted = { question: asked, images }
      tell()
    }
    try {
      const read = await readAnswer({ finder, pages, pause }, asked, () => mine === turn, onCount)
      if (!read) return
      answer = { ...read.found, question: asked }
      shapes = read.ratios
      hasFailed = false
      show()
    } catch {
      if (mine === turn) fail()
    }
  }
  const unsubscribe = finder.subscribe(() => void refresh())

  return {
    view: () => view,
    counted: () => counted,
    failed: () => hasFailed,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ask(next) {
      question = next
      void refresh()
    },
    want(from, to) {
      const asked = answer
      if (!asked) return
      const isCurrent = () => asked === answer
      pages.want(asked, Math.max(0, from - ahead), Math.min(asked.total, to + ahead), isCurrent).then(
        (isNew) => isNew && show(),
        () => isCurrent() && fail(),
      )
    },
    close() {
      turn += 1
      unsubscribe()
      listeners.clear()
    },
  }
}

interface Reading {
  finder: FinderClient
  pages: Pages
  pause: (text: string) => Promise<void>
}

/** Reports the count first, then reads the tiles requested last. Does nothing after the query has changed. */
async function readAnswer(
  { finder, pages, pause }: Reading,
  { query, options }: Question,
  isCurrent: () => boolean,
  onCount: (images: number) => void,
): Promise<{ found: Answer; ratios: Float32Array | undefined } | undefined> {
  const found = await finder.find(query, options)
  if (!isCurrent()) return undefined
  onCount(found.images)
  await pause(query.text)
  if (!isCurrent()) return undefined
  const [loaded, ratios] = await Promise.all([pages.read(found), finder.shapes(found.result)])
  if (!isCurrent() || !loaded) return undefined
  pages.take(loaded)
  return { found, ratios }
}

/** Returns a function that waits for a pause in typing after each new text, but not after the first, empty one. */
function createTypingPause(): (text: string) => Promise<void> {
  let last = ''
  return async (text) => {
    if (text === last) return
    last = text
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

function toView(
  finder: FinderClient,
  answer: Answer & { question: Question },
  pages: Pages,
  shapes: Float32Array | undefined,
): ShelfView {
  const { question, result, total, images, days, facets } = answer
  return {
    question,
    result,
    total,
    images,
    days,
    facets,
    tileAt: pages.tileAt,
    placeOf: pages.placeOf,
    ratioAt: (place) => shapes?.[place] ?? 1,
    idsBetween: (from, to) => finder.ids(result, from, to + 1),
    findPlaces: (ids) => finder.placesOf(result, ids),
  }
}

type Page = readonly (Tile | undefined)[]

interface Pages {
  tileAt(place: number): Tile | undefined
  placeOf(id: PictureId): number | undefined
  /** The last requested pages of a new result; `undefined` if that is no longer the result. */
  read(answer: Answer): Promise<Map<number, Page> | undefined>
  take(pages: Map<number, Page>): void
  /** Reads the missing positions; `true` if any came. */
  want(answer: Answer, from: number, to: number, isCurrent: () => boolean): Promise<boolean>
}

function createPages(finder: FinderClient, store: Pick<GalleryStore, 'picturesById'>): Pages {
  let pages = new Map<number, Page>()
  let wanted: readonly number[] = [0]
  const loading = new Set<number>()

  /** Unchanged images stay the same objects, so that their tiles are not rendered again. */
  const known = () => new Map([...pages.values()].flat().flatMap((tile) => (tile ? [[tile.picture.id, tile]] : [])))

  async function readPages(answer: Answer, numbers: readonly number[]): Promise<Map<number, Page> | undefined> {
    const slices = await Promise.all(
      numbers.map((number) => finder.items(answer.result, number * pageSize, (number + 1) * pageSize)),
    )
    if (slices.some((slice) => slice === undefined)) return undefined
    const pictures = await store.picturesById(slices.flatMap((slice) => slice?.map(({ id }) => id) ?? []))
    const before = known()
    const toTile = ({ id, stack, opened }: FoundItem): Tile | undefined => {
      const picture = pictures.get(id)
      const group: Group = { ...(stack ? { stack } : {}), ...(opened === undefined ? {} : { opened }) }
      return picture && replaceEqualDeep(before.get(id), { picture, ...group })
    }
    return new Map(numbers.map((number, index) => [number, slices[index]?.map(toTile) ?? []]))
  }

  return {
    tileAt: (place) => pages.get(Math.floor(place / pageSize))?.[place % pageSize],
    placeOf(id) {
      for (const [number, page] of pages) {
        const index = page.findIndex((tile) => tile?.picture.id === id)
        if (index >= 0) return number * pageSize + index
      }
      return undefined
    },
    read(answer) {
      const last = Math.max(0, Math.ceil(answer.total / pageSize) - 1)
      return readPages(answer, [...new Set(wanted.map((number) => Math.min(number, last)))])
    },
    take(next) {
      pages = next
    },
    async want(answer, from, to, isCurrent) {
      const numbers: number[] = []
      for (let page = Math.floor(from / pageSize); page * pageSize < to; page += 1) numbers.push(page)
      wanted = numbers
      const missing = numbers.filter((number) => !pages.has(number) && !loading.has(number))
      if (missing.length === 0) return false
      for (const number of missing) loading.add(number)
      try {
        const read = await readPages(answer, missing)
        if (!read || !isCurrent()) return false
        for (const [number, page] of read) pages.set(number, page)
        for (const number of pages.keys()) {
          if (pages.size <= mostPages) break
          if (!wanted.includes(number)) pages.delete(number)
        }
        return true
      } finally {
        for (const number of missing) loading.delete(number)
      }
    },
  }
}
