import type { BatchId, CollectionId, PictureId } from '#domain/ids.ts'
import { type LabelColour, labelColours } from '#domain/marks.ts'
import type { Shelf } from '#domain/picture.ts'
import type { Row } from './row.ts'

/** Stored by number: new ones only at the end. */
const shelves: readonly Shelf[] = ['gallery', 'sources', 'bin', 'answers']
const kinds: readonly Row['kind'][] = ['made', 'dropped', 'derived', 'sample']
const flagsOf = { star: 1, reject: 2, simulated: 4, edited: 8 } as const
/** Whether a row has a list to look up. Most rows have none, and every search checks all rows. */
const listFlags = { tags: 16, collections: 32 } as const
/** A removed row; the next new row uses its place. */
const gone = 255

/** Rows as columns: a few numbers each, and every different text once. */
export interface Table {
  /** The number of images. */
  readonly size: number
  /** The number of rows, including free ones. */
  readonly length: number
  readonly ids: readonly string[]
  put(row: Row, text: string): void
  remove(id: PictureId): void
  rowOf(id: PictureId): number | undefined
  /** `undefined` for a free row. */
  shelf(row: number): Shelf | undefined
  createdAt(row: number): number
  /** The number of the row's text in `texts()`. */
  textNumber(row: number): number
  text(row: number): string
  /** All different texts, by number; empty where a row no longer has its text. */
  texts(): readonly string[]
  model(row: number): string
  modelNumber(row: number): number
  /** All different models, by number, including those no image has any more. */
  models(): readonly string[]
  ratio(row: number): string
  ratioNumber(row: number): number
  ratios(): readonly string[]
  kind(row: number): Row['kind']
  has(row: number, flag: keyof typeof flagsOf): boolean
  rating(row: number): number
  colour(row: number): LabelColour | undefined
  width(row: number): number
  height(row: number): number
  tags(row: number): readonly string[]
  collections(row: number): readonly CollectionId[]
  /** Number of its batch; 0: none. */
  batchNumber(row: number): number
  /** 0: no image came with it. */
  numberOfBatch(batch: BatchId): number
  file(row: number): string
  /** Whether `near` is 1 for one of its colours; it has an entry for each 15-bit colour. */
  hasTone(row: number, near: Uint8Array): boolean
  /** Whether its colours are known. */
  isColoured(row: number): boolean
  note(row: number): string
  /** All used rows by time, newest first; equal times by id, as the store orders them. */
  order(): Int32Array
  toSnapshot(): unknown
}

interface Columns {
  createdAt: Float64Array
  text: Uint32Array
  model: Uint16Array
  ratio: Uint8Array
  batch: Uint32Array
  shelf: Uint8Array
  kind: Uint8Array
  flags: Uint8Array
  rating: Uint8Array
  colour: Uint8Array
  width: Uint32Array
  height: Uint32Array
  tone0: Uint16Array
  tone1: Uint16Array
  tone2: Uint16Array
  tone3: Uint16Array
}

/** Values that few rows have, kept outside the columns. */
interface Extras {
  tags?: readonly string[]
  collections?: readonly CollectionId[]
  file?: string
  note?: string
}

const snapshotVersion = 3
interface Snapshot {
  v: typeof snapshotVersion
  length: number
  /** Joined with NUL characters: reading one long string is many times faster than many short ones. */
  ids: string
  texts: string
  models: readonly string[]
  ratios: readonly string[]
  batches: readonly string[]
  columns: Columns
  extras: ReadonlyMap<number, Extras>
  free: readonly number[]
}

const toneNames = ['tone0', 'tone1', 'tone2', 'tone3'] as const
/** An image that was analysed and has no colours. */
const noTone = 65_535

/** 0: not known. Otherwise the colour plus one. */
function toneCode(palette: readonly number[] | undefined, index: number): number {
  if (!palette) return 0
  const tone = palette[index]
  return tone === undefined ? noTone : tone + 1
}

function makeColumns(room: number): Columns {
  return {
    createdAt: new Float64Array(room),
    text: new Uint32Array(room),
    model: new Uint16Array(room),
    ratio: new Uint8Array(room),
    batch: new Uint32Array(room),
    shelf: new Uint8Array(room).fill(gone),
    kind: new Uint8Array(room),
    flags: new Uint8Array(room),
    rating: new Uint8Array(room),
    colour: new Uint8Array(room),
    width: new Uint32Array(room),
    height: new Uint32Array(room),
    tone0: new Uint16Array(room),
    tone1: new Uint16Array(room),
    tone2: new Uint16Array(room),
    tone3: new Uint16Array(room),
  }
}

/** Different values and their numbers. Values stay even when nothing refers to them any more. */
function createWords(known: readonly string[] = []) {
  const list = [...known]
  const numbers = new Map(list.map((value, number) => [value, number]))
  return {
    list,
    find: (value: string) => numbers.get(value),
    numberOf(value: string): number {
      const found = numbers.get(value)
      if (found !== undefined) return found
      numbers.set(value, list.length)
      list.push(value)
      return list.length - 1
    },
  }
}

/**
 * Different texts, their numbers, and how many rows have each. A text that no row has any more is forgotten: it would be
 * searched with every key press, and what was deleted would stay in the snapshot.
 */
function createTexts(known: readonly string[], used: Iterable<number>) {
  const list = [...known]
  const counts = list.map(() => 0)
  for (const number of used) counts[number] = (counts[number] ?? 0) + 1
  const numbers = new Map<string, number>()
  const free: number[] = []
  for (const [number, text] of list.entries()) {
    if (counts[number] === 0) {
      list[number] = ''
      free.push(number)
    } else numbers.set(text, number)
  }
  return {
    list,
    take(text: string): number {
      const number = numbers.get(text) ?? free.pop() ?? list.length
      list[number] = text
      numbers.set(text, number)
      counts[number] = (counts[number] ?? 0) + 1
      return number
    },
    release(number: number): void {
      const left = (counts[number] ?? 1) - 1
      counts[number] = left
      if (left > 0) return
      numbers.delete(list[number] ?? '')
      list[number] = ''
      free.push(number)
    },
  }
}

const none: readonly never[] = []

export function createTable(): Table
export function createTable(snapshot: unknown): Table | undefined
export function createTable(...given: [] | [unknown]): Table | undefined {
  const stored = given.length === 0 ? undefined : readSnapshot(given[0])
  if (given.length > 0 && !stored) return undefined
  let length = stored?.length ?? 0
  let columns = stored?.columns ?? makeColumns(256)
  const ids = stored && length > 0 ? stored.ids.split('\0') : []
  const texts = createTexts(stored && length > 0 ? stored.texts.split('\0') : [], usedTexts(columns, length))
  const models = createWords(stored?.models)
  const ratios = createWords(stored?.ratios)
  const batches = createWords(stored?.batches ?? [''])
  const extras = new Map(stored?.extras)
  const free = [...(stored?.free ?? [])]
  const rowNumbers = new Map<string, number>()
  for (let row = 0; row < length; row++) if (columns.shelf[row] !== gone) rowNumbers.set(ids[row] ?? '', row)
  let order: Int32Array | undefined
  const hasList = (row: number, list: keyof typeof listFlags) => ((columns.flags[row] ?? 0) & listFlags[list]) !== 0

  function placeFor(id: string): number {
    const known = rowNumbers.get(id)
    if (known !== undefined) return known
    const row = free.pop() ?? length
    if (row === length) length += 1
    if (length > columns.shelf.length) columns = grown(columns, length)
    ids[row] = id
    rowNumbers.set(id, row)
    order = undefined
    return row
  }

  return {
    get size() {
      return rowNumbers.size
    },
    get length() {
      return length
    },
    ids,
    put(entry, text) {
      const isKnown = rowNumbers.has(entry.id)
      const row = placeFor(entry.id)
      if (columns.createdAt[row] !== entry.createdAt) order = undefined
      columns.createdAt[row] = entry.createdAt
      const textBefore = columns.text[row] ?? 0
      columns.text[row] = texts.take(text)
      if (isKnown) texts.release(textBefore)
      columns.model[row] = models.numberOf(entry.model)
      columns.ratio[row] = ratios.numberOf(entry.ratio)
      columns.batch[row] = batches.numberOf(entry.batch ?? '')
      columns.shelf[row] = shelves.indexOf(entry.shelf)
      columns.kind[row] = kinds.indexOf(entry.kind)
      columns.flags[row] = flagsIn(entry)
      columns.rating[row] = entry.rating
      columns.colour[row] = entry.colour ? labelColours.indexOf(entry.colour) + 1 : 0
      columns.width[row] = entry.width
      columns.height[row] = entry.height
      for (const [index, name] of toneNames.entries()) columns[name][row] = toneCode(entry.palette, index)
      const more = extrasOf(entry)
      if (more) extras.set(row, more)
      else extras.delete(row)
    },
    remove(id) {
      const row = rowNumbers.get(id)
      if (row === undefined) return
      rowNumbers.delete(id)
      extras.delete(row)
      texts.release(columns.text[row] ?? 0)
      columns.shelf[row] = gone
      ids[row] = ''
      free.push(row)
      order = undefined
    },
    rowOf: (id) => rowNumbers.get(id),
    shelf: (row) => shelves[columns.shelf[row] ?? gone],
    createdAt: (row) => columns.createdAt[row] ?? 0,
    textNumber: (row) => columns.text[row] ?? 0,
    text: (row) => texts.list[columns.text[row] ?? 0] ?? '',
    texts: () => texts.list,
    model: (row) => models.list[columns.model[row] ?? 0] ?? '',
    modelNumber: (row) => columns.model[row] ?? 0,
    models: () => models.list,
    ratioNumber: (row) => columns.ratio[row] ?? 0,
    ratios: () => ratios.list,
    ratio: (row) => ratios.list[columns.ratio[row] ?? 0] ?? '',
    kind: (row) => kinds[columns.kind[row] ?? 0] ?? 'made',
    has: (row, flag) => ((columns.flags[row] ?? 0) & flagsOf[flag]) !== 0,
    rating: (row) => columns.rating[row] ?? 0,
    colour: (row) => labelColours[(columns.colour[row] ?? 0) - 1],
    width: (row) => columns.width[row] ?? 1,
    height: (row) => columns.height[row] ?? 1,
    tags: (row) => (hasList(row, 'tags') ? (extras.get(row)?.tags ?? none) : none),
    collections: (row) => (hasList(row, 'collections') ? (extras.get(row)?.collections ?? none) : none),
    batchNumber: (row) => columns.batch[row] ?? 0,
    numberOfBatch: (batch) => batches.find(batch) ?? 0,
    file: (row) => extras.get(row)?.file ?? '',
    hasTone: (row, near) => toneNames.some((name) => near[columns[name][row] ?? 0] === 1),
    isColoured: (row) => columns.tone0[row] !== 0,
    note: (row) => extras.get(row)?.note ?? '',
    order() {
      order ??= orderOf(columns, ids, length)
      return order
    },
    toSnapshot: (): Snapshot => ({
      v: snapshotVersion,
      length,
      ids: ids.join('\0'),
      texts: texts.list.join('\0'),
      models: models.list,
      ratios: ratios.list,
      batches: batches.list,
      columns: sliced(columns, length),
      extras,
      free,
    }),
  }
}

/** The number of the text of each used row. */
function* usedTexts({ shelf, text }: Columns, length: number): Generator<number> {
  for (let row = 0; row < length; row++) if (shelf[row] !== gone) yield text[row] ?? 0
}

function flagsIn(row: Row): number {
  let flags = 0
  for (const [name, bit] of Object.entries(flagsOf)) if (row[name as keyof typeof flagsOf]) flags |= bit
  for (const [name, bit] of Object.entries(listFlags)) if (row[name as keyof typeof listFlags].length > 0) flags |= bit
  return flags
}

function extrasOf({ tags, collections, file, note }: Row): Extras | undefined {
  const more: Extras = {
    ...(tags.length > 0 ? { tags } : {}),
    ...(collections.length > 0 ? { collections } : {}),
    ...(file === '' ? {} : { file }),
    ...(note === '' ? {} : { note }),
  }
  return Object.keys(more).length > 0 ? more : undefined
}

function grown(columns: Columns, length: number): Columns {
  const larger = makeColumns(Math.max(length, columns.shelf.length * 2))
  for (const name of Object.keys(columns) as (keyof Columns)[]) larger[name].set(columns[name])
  return larger
}

function sliced(columns: Columns, length: number): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, column.slice(0, length)]),
  ) as unknown as Columns
}

function orderOf(columns: Columns, ids: readonly string[], length: number): Int32Array {
  const rows: number[] = []
  for (let row = 0; row < length; row++) if (columns.shelf[row] !== gone) rows.push(row)
  const time = columns.createdAt
  rows.sort((a, b) => (time[b] ?? 0) - (time[a] ?? 0) || ((ids[a] ?? '') < (ids[b] ?? '') ? -1 : 1))
  return Int32Array.from(rows)
}

/** The stored snapshot if this version can read it. It is derived data, so a bad one is simply rebuilt. */
function readSnapshot(value: unknown): Snapshot | undefined {
  if (value === null || typeof value !== 'object') return undefined
  const snapshot = value as Partial<Snapshot>
  const { v, length, ids, texts, columns, extras } = snapshot
  if (v !== snapshotVersion || typeof length !== 'number' || typeof ids !== 'string' || typeof texts !== 'string')
    return undefined
  if (!columns || !(extras instanceof Map) || !Array.isArray(snapshot.free) || !Array.isArray(snapshot.batches))
    return undefined
  const isWhole = Object.keys(makeColumns(0)).every((name) => columns[name as keyof Columns]?.length === length)
  if (!isWhole || (length > 0 && ids.split('\0').length !== length)) return undefined
  return snapshot as Snapshot
}
