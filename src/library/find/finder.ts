import { startOfDay } from '#domain/calendar.ts'
import type { BatchId, CollectionId, PictureId } from '#domain/ids.ts'
import { type Suggesting, suggest } from './did-you-mean.ts'
import { fold } from './fold.ts'
import { type FoundCollection, type KnownCollections, knowCollections } from './known-collections.ts'
import { passesOf, type Tests, toTests } from './matching.ts'
import { type Query, readTerms } from './query.ts'
import type { Row } from './row.ts'
import { meritFrom, stackUp, type Tiles } from './stacks.ts'
import { createTable, type Table } from './table.ts'

/** One value of a facet, and how many images choosing it would leave. */
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

/** A day of the result; `from` is the position of its first tile. */
export interface Day {
  /** Epoch ms, local midnight. */
  at: number
  from: number
}

/** An answer. Positions count from 0 in the order of the result. */
export interface Found {
  /** Increases with every change of the data: positions of an older version are no longer valid. */
  version: number
  /** The number of tiles: a stack counts once. */
  total: number
  /** The number of images, including those inside stacks. */
  images: number
  /** Only if sorted by time. */
  days: readonly Day[]
  facets: Facets
}

export interface FoundItem {
  id: PictureId
  width: number
  height: number
  /** For a closed stack: all images of the batch in the result, including this one, in order. */
  stack?: readonly PictureId[]
  /** For an image of an open stack: the number of its images in the result. */
  opened?: number
}

export interface FindOptions {
  /** Images of one batch form one tile. */
  stacks?: boolean
  /** The open stacks; their images are separate, adjacent tiles. */
  opened?: readonly BatchId[]
  /** Images to leave out of the result. */
  without?: readonly PictureId[]
}

/**
 * Finds images by their records. Holds everything in memory, in a compact form: see `docs/decisions/0020-search.md`.
 */
export interface Finder {
  readonly size: number
  readonly version: number
  /** Adds rows, or replaces those of known images. */
  put(rows: readonly Row[]): void
  remove(ids: readonly PictureId[]): void
  /** Replaces all collections. Their names are searched like words of their images. */
  knowCollections(collections: readonly FoundCollection[]): void
  /** Number of gallery images of each collection, including nested ones, and its newest image. */
  collections(): readonly (readonly [CollectionId, { count: number; newest: PictureId }])[]
  /** Keeps its result for `items`, `ids` and `placeOf`. */
  find(query: Query, options?: FindOptions): Found
  /** How many images a query finds. The kept result stays. */
  count(query: Query): number
  /** All tags of all images, on every shelf, most frequent first. */
  tags(): readonly FacetCount[]
  /** All images with exactly this tag, on every shelf. */
  tagged(tag: string): readonly PictureId[]
  /** The images whose colours are not known, newest first. */
  uncoloured(): readonly PictureId[]
  /** The typed text with the nearest known words. Only useful if nothing was found, because it reads every text. */
  suggestion(typed: string): Suggesting
  items(from: number, to: number): readonly FoundItem[]
  /** A range of the result, in its order; by default everything. A stack gives all of its images. */
  ids(from?: number, to?: number): readonly PictureId[]
  placeOf(id: PictureId): number | undefined
  /** Width divided by height of each tile of the result, in order. */
  shapes(): Float32Array<ArrayBuffer>
  /** The whole state, for storing with structured clone. */
  toSnapshot(): unknown
}

/** An empty finder, or one from a snapshot; `undefined` if the snapshot cannot be read. */
export function createFinder(): Finder
export function createFinder(snapshot: unknown): Finder | undefined
export function createFinder(...given: [] | [unknown]): Finder | undefined {
  const table = given.length === 0 ? createTable() : createTable(given[0])
  if (!table) return undefined
  let version = 1
  let known = knowCollections([])
  const result = createResult(table)

  const changed = () => {
    version += 1
  }

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
    knowCollections(collections) {
      known = knowCollections(collections)
      changed()
    },
    collections: () => countCollections(table, known),
    find(query, { stacks = false, opened = [], without = [] } = {}) {
      const terms = readTerms(query.text, fold)
      const tests = toTests(terms, query, known)
      const { rows: all, facets } = select(table, tests)
      const rows = withoutRows(all, new Set(without.map((id) => table.rowOf(id))))
      sortRows(table, rows, tests, known)
      const tiles = stacks ? stacked(table, rows, opened) : unstacked(rows)
      result.take(tiles)
      const isByTime = query.sort === 'newest' || query.sort === 'oldest'
      return {
        version,
        total: tiles.rows.length,
        images: all.length,
        days: isByTime ? daysOf(table, tiles.timeRows) : [],
        facets,
      }
    },
    count: (query) => select(table, toTests(readTerms(query.text, fold), query, known)).rows.length,
    tags: () => allTags(table),
    tagged: (tag) => idsWith(table, (row) => table.tags(row).includes(tag)),
    uncoloured: () => idsWith(table, (row) => !table.isColoured(row)),
    suggestion: (typed) => suggest(table.texts(), typed, readTerms(typed, fold)),
    items: result.items,
    ids: result.ids,
    placeOf: result.placeOf,
    shapes: result.shapes,
    toSnapshot: () => table.toSnapshot(),
  }
}

const idAt = (table: Table, row: number) => table.ids[row] as PictureId

/** The last result and its operations. */
function createResult(table: Table) {
  let tiles = unstacked(new Int32Array(0))
  let places: Map<number, number> | undefined
  const toId = (row: number) => idAt(table, row)
  return {
    take(next: Tiles) {
      tiles = next
      places = undefined
    },
    items: (from: number, to: number): FoundItem[] =>
      Array.from(tiles.rows.subarray(from, to), (row) => {
        const [stack, beside] = [tiles.members.get(row), tiles.opened.get(row)]
        return {
          id: toId(row),
          width: table.width(row),
          height: table.height(row),
          ...(stack ? { stack: stack.map(toId) } : {}),
          ...(beside === undefined ? {} : { opened: beside }),
        }
      }),
    ids: (from = 0, to = tiles.rows.length) =>
      Array.from(tiles.rows.subarray(from, to)).flatMap((row) => (tiles.members.get(row) ?? [row]).map(toId)),
    placeOf(id: PictureId): number | undefined {
      const row = table.rowOf(id)
      if (row === undefined) return undefined
      places ??= placesOf(tiles)
      return places.get(row)
    },
    shapes: () => Float32Array.from(tiles.rows, (row) => table.width(row) / table.height(row)),
  }
}

function allTags(table: Table): FacetCount[] {
  const counts = new Map<string, number>()
  for (const row of table.order()) for (const tag of table.tags(row)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return listed([...counts])
}

function idsWith(table: Table, holds: (row: number) => boolean): PictureId[] {
  const rows = table.order().filter(holds)
  return Array.from(rows, (row) => idAt(table, row))
}

/**
 * The text that is searched for words. Each kind of text is on its own line, so that no phrase spans two of them. Without
 * NUL characters, which separate the texts of a snapshot.
 */
function haystackOf({ prompt, file, note, model, ratio, tags }: Row): string {
  const parts = [prompt, file === prompt ? '' : file, note, model, ratio, ...tags]
  return fold(parts.filter((part) => part !== '').join('\n')).replaceAll('\0', ' ')
}

/**
 * One pass in order of time, newest first: finds the matching rows, and counts the values of each facet regardless of
 * the facet's own choice.
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

/** Most frequent first, without empty ones. */
function listed(counts: readonly (readonly [value: string, count: number])[]): FacetCount[] {
  return counts
    .flatMap(([value, count]) => (value === '' || count === 0 ? [] : [{ value, count }]))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

/** In place. `rows` come newest first, and sorting keeps that order for equal values. */
function sortRows(table: Table, rows: Int32Array, tests: Tests, known: KnownCollections): void {
  const { sort, collection } = tests.query
  const places = sort === 'hand' && collection !== undefined ? known.placesIn(collection) : undefined
  if (sort === 'newest' || (sort === 'hand' && !places)) return
  if (sort === 'oldest') {
    rows.reverse()
    return
  }
  const measures = {
    rating: (row: number) => table.rating(row),
    largest: (row: number) => table.width(row) * table.height(row),
    best: (row: number) => tests.score(table.text(row)),
    hand: (row: number) => -(places?.get(idAt(table, row)) ?? rows.length),
  }
  const values = new Map(Array.from(rows, (row) => [row, measures[sort](row)]))
  rows.sort((a, b) => (values.get(b) ?? 0) - (values.get(a) ?? 0))
}

function countCollections(table: Table, known: KnownCollections) {
  const facts = new Map<CollectionId, { count: number; newest: PictureId }>()
  for (const row of table.order()) {
    const own = table.collections(row)
    if (own.length === 0 || table.shelf(row) !== 'gallery') continue
    for (const id of new Set(own.flatMap(known.around))) {
      const { count = 0, newest = idAt(table, row) } = facts.get(id) ?? {}
      facts.set(id, { count: count + 1, newest })
    }
  }
  return [...facts]
}

function unstacked(rows: Int32Array): Tiles {
  return { rows, timeRows: rows, members: new Map(), opened: new Map() }
}

function stacked(table: Table, rows: Int32Array, opened: readonly BatchId[]): Tiles {
  return stackUp(rows, {
    batchOf: table.batchNumber,
    meritOf: (row) =>
      meritFrom({ star: table.has(row, 'star'), rating: table.rating(row), reject: table.has(row, 'reject') }),
    opened: new Set(opened.map(table.numberOfBatch)),
  })
}

function placesOf({ rows, members }: Tiles): Map<number, number> {
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
    // Days may have 23 or 25 hours, so the next midnight is computed.
    ends = startOfDay(starts + 36 * 3_600_000)
    days.push({ at: starts, from: place })
  }
  return days
}
