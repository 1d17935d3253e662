import type { PictureId, RunId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { ChangedImages, Markers, SearchRows } from '#store/store.ts'
import { createFinder, type FacetCount, type Finder, type FindOptions, type Found, type FoundItem } from './finder.ts'
import type { Query } from './query.ts'
import { toRow } from './row.ts'

/** Images that are shown elsewhere and left out of the result: by id, and everything made by these runs. */
export interface Without {
  ids: readonly PictureId[]
  runs: readonly RunId[]
}

export interface SearchOptions extends Pick<FindOptions, 'stacks' | 'opened'> {
  without?: Without
}

/** An answer with the number of its result: calls with an older number get no answer. */
export type Answer = Found & { result: number }

/** Search over all stored images, kept up to date with the store. Holds one result: the last one. */
export interface Search {
  find(query: Query, options?: SearchOptions): Answer
  /** How many images a query finds, without changing the result. */
  count(query: Query): number
  items(result: number, from: number, to: number): readonly FoundItem[] | undefined
  ids(result: number, from?: number, to?: number): readonly PictureId[] | undefined
  placesOf(result: number, ids: readonly PictureId[]): readonly (number | undefined)[] | undefined
  /** Width divided by height of each tile. */
  shapes(result: number): Float32Array<ArrayBuffer> | undefined
  /** `undefined` too if something else was searched meanwhile: a search never waits for a suggestion. */
  suggestion(typed: string): Promise<string | undefined>
  /** Number of gallery images of each collection, including nested ones, and its newest image. */
  collections(): ReturnType<Finder['collections']>
  /** All tags of all images, on every shelf, most frequent first. */
  tags(): readonly FacetCount[]
  /** All images with exactly this tag, on every shelf. */
  tagged(tag: string): readonly PictureId[]
  /** The images whose colours are not known, newest first. */
  uncoloured(): readonly PictureId[]
  /** Compares with the store, rebuilds what does not match, and stores changes. To be called when idle. */
  tidy(): Promise<void>
  close(): void
}

const pageSize = 1_000
/** With fewer changes, reading them at the start is faster than writing a snapshot. */
const foldFrom = 200

/** Reads the snapshot and what has changed since, or all images. `onChange`: the result is out of date; find again. */
export async function openSearch(rows: SearchRows, onChange: () => void): Promise<Search> {
  const known = createKnown()
  // Subscribed before anything is read, so that no change is missed.
  const changes = followChanges(rows, known, onChange)
  let disk = await fill(rows, known)
  known.finder.knowCollections(await rows.collections())
  changes.start()

  return {
    ...createResults(known),
    async tidy() {
      await changes.settled()
      if ((await rows.count()) !== known.finder.size) {
        disk = { ...(await rebuild(rows, known)), generation: disk.generation }
        known.finder.knowCollections(await rows.collections())
        onChange()
      }
      if (disk.isTrue && changes.count() < foldFrom) return
      if (disk.isTrue) {
        const { changed, markers } = await rows.start()
        known.apply(changed)
        disk = { ...disk, markers }
      }
      const next = await rows.fold(disk.generation, known.finder.toSnapshot(), disk.markers)
      if (next === undefined) return
      disk = { generation: next, isTrue: true, markers: [] }
      changes.forget()
    },
    close() {
      changes.stop()
      rows.close()
    },
  }
}

/** The stored state. `isTrue`: snapshot and markers together cover all images; otherwise the snapshot is rewritten. */
interface Disk {
  generation: number
  isTrue: boolean
  /** The markers that `known` includes. */
  markers: Markers
}

async function fill(rows: SearchRows, known: Known): Promise<Disk> {
  const { snapshot, generation, changed, markers } = await rows.start()
  const stored = snapshot === undefined ? undefined : createFinder(snapshot)
  if (!stored) return { ...(await rebuild(rows, known)), generation }
  known.reset(stored)
  known.apply(changed)
  return { generation, isTrue: true, markers }
}

async function rebuild(rows: SearchRows, known: Known): Promise<Omit<Disk, 'generation'>> {
  const { markers } = await rows.start()
  known.reset(createFinder())
  for await (const pictures of rows.pages(pageSize)) known.put(pictures)
  return { isTrue: false, markers }
}

/** Applies changes of all windows, one read after another. */
function followChanges(rows: SearchRows, known: Known, onChange: () => void) {
  const waiting = new Set<PictureId>()
  let count = 0
  let isStarted = false
  let reading: Promise<void> | undefined

  async function readWaiting() {
    while (waiting.size > 0) {
      const ids = [...waiting]
      waiting.clear()
      try {
        known.apply(await rows.imagesById(ids))
      } catch (error) {
        // Read again with the next change.
        for (const id of ids) waiting.add(id)
        throw error
      }
      count += ids.length
      onChange()
    }
  }
  function read() {
    if (!isStarted || reading || waiting.size === 0) return
    reading = readWaiting()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
      })
  }
  const readNames = async () => known.finder.knowCollections(await rows.collections())
  const stop = rows.subscribe((change) => {
    if (change.kind === 'collections') readNames().then(onChange, () => undefined)
    if (change.kind !== 'pictures') return
    for (const id of change.ids) waiting.add(id)
    read()
  })

  return {
    start() {
      isStarted = true
      read()
    },
    settled: async () => reading,
    /** Changes since the last snapshot written here. */
    count: () => count,
    forget() {
      count = 0
    },
    stop,
  }
}

/** The finder, and which images were made by runs since this page was opened. */
interface Known {
  readonly finder: Finder
  readonly madeBy: ReadonlyMap<RunId, ReadonlySet<PictureId>>
  apply(changed: ChangedImages): void
  put(pictures: readonly Picture[]): void
  reset(next: Finder): void
}

function createKnown(): Known {
  let finder = createFinder()
  const madeBy = new Map<RunId, Set<PictureId>>()
  return {
    get finder() {
      return finder
    },
    madeBy,
    apply({ found, gone }) {
      for (const { id, origin } of found) {
        if (origin.kind !== 'made') continue
        const ids = madeBy.get(origin.run) ?? new Set()
        madeBy.set(origin.run, ids.add(id))
      }
      finder.put(found.map(toRow))
      finder.remove(gone)
    },
    put: (pictures) => finder.put(pictures.map(toRow)),
    reset(next) {
      finder = next
    },
  }
}

/** Lets calls be answered that have arrived meanwhile. */
function othersFirst(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

function createResults(known: Known): Omit<Search, 'tidy' | 'close'> {
  let result = 0
  let searched: string | undefined
  const ofResult = <T>(asked: number, answer: () => T): T | undefined => (asked === result ? answer() : undefined)
  return {
    find(query, { without, ...grouping } = {}) {
      result += 1
      searched = query.text
      const made = (without?.runs ?? []).flatMap((run) => [...(known.madeBy.get(run) ?? [])])
      const hidden = [...(without?.ids ?? []), ...made]
      const options = { ...grouping, ...(hidden.length > 0 ? { without: hidden } : {}) }
      return { ...known.finder.find(query, options), result }
    },
    count: (query) => known.finder.count(query),
    items: (asked, from, to) => ofResult(asked, () => known.finder.items(from, to)),
    ids: (asked, from, to) => ofResult(asked, () => known.finder.ids(from, to)),
    placesOf: (asked, ids) => ofResult(asked, () => ids.map((id) => known.finder.placeOf(id))),
    shapes: (asked) => ofResult(asked, () => known.finder.shapes()),
    async suggestion(typed) {
      const before = searched
      const steps = known.finder.suggestion(typed)
      for (;;) {
        const step = steps.next()
        if (step.done) return step.value
        await othersFirst()
        if (searched !== before) return undefined
      }
    },
    collections: () => known.finder.collections(),
    tags: () => known.finder.tags(),
    tagged: (tag) => known.finder.tagged(tag),
    uncoloured: () => known.finder.uncoloured(),
  }
}
