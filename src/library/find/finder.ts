import { startOfDay } from '#domain/calendar.ts'
import type { CollectionId, PictureId } from '#domain/ids.ts'
import { suggest } from './did-you-mean.ts'
import { fold } from './fold.ts'
import { passesOf, type Tests, toTests } from './matching.ts'
import { type Query, readTerms, type Sort } from './query.ts'
import type { Row } from './row.ts'
import { createTable, type Table } from './table.ts'

/** One value of a facet, and how many images would be left by choosing it. */
export interface FacetCount {
  value: string
  count: number
}

export interface Facets {
  models: readonly FacetCount[]
  ratios: readonly FacetCount[]
  tags: readonly FacetCount[]
  colours: readonly FacetCount[]
}

/** A day of the result: it begins at the place `from`. */
export interface Day {
  /** Epoch ms, local midnight. */
  at: number
  from: number
}

/** An answer. Places count from 0 in the result's own order. */
export interface Found {
  /** Grows with every change of what is known: places of an older version are no longer true. */
  version: number
  /** Tiles: a stack counts once. */
  total: number
  /** Images, those inside stacks included. */
  images: number
  /** Only when sorted by time. */
  days: readonly Day[]
  facets: Facets
}

export interface FoundItem {
  id: PictureId
  /** Images behind this tile that came with it in one batch; 1 for a single image. */
  stack: number
  width: number
  height: number
}

export interface FindOptions {
  /** Images of one batch are one tile, its newest. */
  stacks?: boolean
  /** These are no part of the result. */
  without?: readonly PictureId[]
}

/** Finds images by what is known of them. Holds everything in memory; small: see `docs/decisions/0020-search.md`. */
export interface Finder {
  readonly size: number
  readonly version: number
  /** New rows, and newer ones of known images. */
  put(rows: readonly Row[]): void
  remove(ids: readonly PictureId[]): void
  /** Names of collections, which are searched like words of the image. Replaces those of before. */
  nameCollections(names: ReadonlyMap<CollectionId, string>): void
  /** Remembers its result for `items`, `ids` and `placeOf`. */
  find(query: Query, options?: FindOptions): Found
  /** How many images a query finds. The remembered result stays. */
  count(query: Query): number
  /** The typed text with its nearest known words. To be asked only where nothing was found: it reads every text. */
  suggestion(typed: string): string | undefined
  items(from: number, to: number): readonly FoundItem[]
  /** A slice of the result, in its order. Everything by default. Stacks give all of their images. */
  ids(from?: number, to?: number): readonly PictureId[]
  placeOf(id: PictureId): number | undefined
  /** Width through height of every tile of the result, in order. */
  shapes(): Float32Array<ArrayBuffer>
  /** All of it, for storing; any structured-clone store takes it. */
  toSnapshot(): unknown
}

/** An empty finder, or one from a snapshot. A snapshot that cannot be read gives nothing. */
export function createFinder(): Finder
export function createFinder(snapshot: unknown): Finder | undefined
export function createFinder(...given: [] | [unknown]): Finder | undefined {
  const table = given.length === 0 ? createTable() : createTable(given[0])
  if (!table) return undefined
  let version = 1
  let names: ReadonlyMap<CollectionId, string> = new Map()
  let result: Result = { rows: new Int32Array(0), members: new Map() }
  let places: Map<number, number> | undefined

  const changed = () => {
    version += 1
  }
  const idAt = (row: number) => table.ids[row] as PictureId

  return {
    get size() {
      return table.size
    },
    get version() {
      return version
    },
    put(rows) {
      for (const row of rows) table.put(row, haystackOf(row))
      if (rows.length > 0) changed()
    },
    remove(ids) {
      for (const id of ids) table.remove(id)
      if (ids.length > 0) changed()
    },
    nameCollections(named) {
      names = new Map([...named].map(([id, name]) => [id, fold(name)]))
      changed()
    },
    find(query, { stacks = false, without = [] } = {}) {
      const terms = readTerms(query.text, fold)
      const tests = toTests(terms, query, names)
      const { rows: all, facets } = select(table, tests)
      const rows = withoutRows(all, new Set(without.map((id) => table.rowOf(id))))
      sortRows(table, rows, query.sort, tests)
      result = stacks ? stacked(table, rows) : { rows, members: new Map() }
      places = undefined
      const isByTime = query.sort === 'newest' || query.sort === 'oldest'
      return {
        version,
        total: result.rows.length,
        images: all.length,
        days: isByTime ? daysOf(table, result.rows) : [],
        facets,
      }
    },
    count: (query) => select(table, toTests(readTerms(query.text, fold), query, names)).rows.length,
    suggestion: (typed) => suggest(table.texts(), typed, readTerms(typed, fold)),
    items: (from, to) =>
      Array.from(result.rows.subarray(from, to), (row) => ({
        id: idAt(row),
        stack: result.members.get(row)?.length ?? 1,
        width: table.width(row),
        height: table.height(row),
      })),
    ids: (from = 0, to = result.rows.length) =>
      Array.from(result.rows.subarray(from, to)).flatMap((row) => (result.members.get(row) ?? [row]).map(idAt)),
    placeOf(id) {
      const row = table.rowOf(id)
      if (row === undefined) return undefined
      places ??= placesOf(result)
      return places.get(row)
    },
    shapes: () => Float32Array.from(result.rows, (row) => table.width(row) / table.height(row)),
    toSnapshot: () => table.toSnapshot(),
  }
}

/** The rows that are tiles, in order, and what is behind each stack. */
interface Result {
  rows: Int32Array
  members: ReadonlyMap<number, readonly number[]>
}

/** What words are looked for in. A line for each kind of text, so that no phrase reaches from one into the next. */
function haystackOf({ prompt, file, note, model, ratio, tags }: Row): string {
  return fold(
    [prompt, file === prompt ? '' : file, note, model, ratio, ...tags].filter((part) => part !== '').join('\n'),
  )
}

/**
 * One pass in the order of time, newest first: who fulfils everything, and for each facet how many there are of each value
 * whatever its own choice is.
 */
function select(table: Table, tests: Tests): { rows: Int32Array; facets: Facets } {
  const passes = passesOf(table, tests)
  const order = table.order()
  const models = new Uint32Array(table.models().length)
  const ratios = new Uint32Array(table.ratios().length)
  const [tags, colours] = [new Map<string, number>(), new Map<string, number>()]
  const rows = new Int32Array(order.length)
  let found = 0
  for (const row of order) {
    const failed = passes(row)
    if (failed === undefined) continue
    if (failed === 0) {
      rows[found] = row
      found += 1
    }
    if (failed === 0 || failed === 1) models[table.modelNumber(row)] = (models[table.modelNumber(row)] ?? 0) + 1
    if (failed === 0 || failed === 2) ratios[table.ratioNumber(row)] = (ratios[table.ratioNumber(row)] ?? 0) + 1
    if (failed === 0 || failed === 4) for (const tag of table.tags(row)) tags.set(tag, (tags.get(tag) ?? 0) + 1)
    const colour = table.colour(row)
    if (colour && (failed === 0 || failed === 8)) colours.set(colour, (colours.get(colour) ?? 0) + 1)
  }
  const numbered = (values: readonly string[], counts: Uint32Array) =>
    listed(values.map((value, number) => [value, counts[number] ?? 0] as const))
  const facets = {
    models: numbered(table.models(), models),
    ratios: numbered(table.ratios(), ratios),
    tags: listed([...tags]),
    colours: listed([...colours]),
  }
  return { rows: rows.slice(0, found), facets }
}

function withoutRows(rows: Int32Array, hidden: ReadonlySet<number | undefined>): Int32Array {
  return hidden.size === 0 ? rows : rows.filter((row) => !hidden.has(row))
}

/** Most frequent first; without what there is none of. */
function listed(counts: readonly (readonly [value: string, count: number])[]): FacetCount[] {
  return counts
    .flatMap(([value, count]) => (value === '' || count === 0 ? [] : [{ value, count }]))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

/** In place. `rows` come newest first, and sorting keeps that order among equals. */
function sortRows(table: Table, rows: Int32Array, sort: Sort, tests: Tests): void {
  if (sort === 'newest') return
  if (sort === 'oldest') {
    rows.reverse()
    return
  }
  const measures = {
    rating: (row: number) => table.rating(row),
    largest: (row: number) => table.width(row) * table.height(row),
    best: (row: number) => tests.score(table.text(row)),
  }
  const values = new Map(Array.from(rows, (row) => [row, measures[sort](row)]))
  rows.sort((a, b) => (values.get(b) ?? 0) - (values.get(a) ?? 0))
}

function stacked(table: Table, rows: Int32Array): Result {
  const first = new Map<string, number>()
  const members = new Map<number, number[]>()
  const tiles: number[] = []
  for (const row of rows) {
    const batch = table.batch(row)
    const tile = batch === undefined ? undefined : first.get(batch)
    if (tile === undefined) {
      tiles.push(row)
      if (batch !== undefined) first.set(batch, row)
    } else {
      const known = members.get(tile)
      if (known) known.push(row)
      else members.set(tile, [tile, row])
    }
  }
  return { rows: Int32Array.from(tiles), members }
}

function placesOf({ rows, members }: Result): Map<number, number> {
  const places = new Map<number, number>()
  for (let place = 0; place < rows.length; place++) {
    const tile = rows[place] ?? 0
    for (const row of members.get(tile) ?? [tile]) places.set(row, place)
  }
  return places
}

function daysOf(table: Table, rows: Int32Array): Day[] {
  const days: Day[] = []
  let [starts, ends] = [0, 0]
  for (let place = 0; place < rows.length; place++) {
    const time = table.createdAt(rows[place] ?? 0)
    if (place > 0 && time >= starts && time < ends) continue
    starts = startOfDay(time)
    // Days may have 23 or 25 hours: the next one begins where its own midnight is.
    ends = startOfDay(starts + 36 * 3_600_000)
    days.push({ at: starts, from: place })
  }
  return days
}
