import type { Collection } from '#domain/collection.ts'
import {
  type CollectionChange,
  type Command,
  type ImageChange,
  type ImageFields,
  invertAll,
  isCommand,
  isStored,
  type Outcome,
  type Renaming,
  type StoredChange,
} from '#domain/command.ts'
import type { CollectionId, PictureId } from '#domain/ids.ts'
import type { Laying } from '#domain/laying.ts'
import type { ImageMarks } from '#domain/marks.ts'
import type { Database } from './database.ts'
import { putPicture, type Writing } from './picture-writes.ts'
import type { Names, StoredPicture } from './schema.ts'
import { binned, restored } from './shelf-writes.ts'
import type { ActRecords, StoreChange, Way } from './store.ts'

/** How many acts the log keeps, and its largest size. The oldest are dropped first; the newest stays, however large. */
export const logLimits = { count: 200, bytes: 5_000_000 }

/** `name`: the tag or collection in the change. */
interface Setter<Value> {
  read(record: StoredPicture, name: string): Value
  write(record: StoredPicture, value: Value, name: string): StoredPicture
}

type NewMarks = Partial<Record<Exclude<keyof ImageMarks, 'changedAt'>, unknown>>

/** Empty values are not stored, and an image without any value has no marks at all. */
function withMarks(record: StoredPicture, changed: NewMarks): StoredPicture {
  const { marks, ...rest } = record
  const { changedAt: _changedAt, ...before } = marks ?? { changedAt: 0 }
  const hasValue = ([, value]: [string, unknown]) => !!value && !(Array.isArray(value) && value.length === 0)
  const after = Object.fromEntries(Object.entries({ ...before, ...changed }).filter(hasValue))
  return Object.keys(after).length === 0 ? rest : { ...rest, marks: { ...after, changedAt: Date.now() } }
}

function listed<T>(list: readonly T[] | undefined, item: T, isIn: boolean): T[] {
  const others = (list ?? []).filter((each) => each !== item)
  return isIn ? [...others, item] : others
}

const setters: { [Field in keyof ImageFields]: Setter<ImageFields[Field]> } = {
  isBinned: {
    read: ({ shelf }) => shelf === 'bin',
    write: (record, isBinned) => (isBinned ? binned(record) : restored(record)),
  },
  isStarred: { read: ({ marks }) => marks?.star ?? false, write: (record, star) => withMarks(record, { star }) },
  rating: { read: ({ marks }) => marks?.rating ?? 0, write: (record, rating) => withMarks(record, { rating }) },
  reject: { read: ({ marks }) => marks?.reject ?? false, write: (record, reject) => withMarks(record, { reject }) },
  colour: { read: ({ marks }) => marks?.colour ?? '', write: (record, colour) => withMarks(record, { colour }) },
  note: { read: ({ marks }) => marks?.note ?? '', write: (record, note) => withMarks(record, { note }) },
  tag: {
    read: ({ marks }, name) => marks?.tags?.includes(name) ?? false,
    write: (record, isIn, name) => withMarks(record, { tags: listed(record.marks?.tags, name, isIn) }),
  },
  collection: {
    read: ({ marks }, name) => marks?.collections?.includes(name as CollectionId) ?? false,
    write: (record, isIn, name) =>
      withMarks(record, { collections: listed(record.marks?.collections, name as CollectionId, isIn) }),
  },
  isUsedWhole: {
    read: ({ laying }) => isNotLaid(laying) && laying.accepted === true,
    write: (record, isUsed) => {
      const { laying } = record
      if (!isNotLaid(laying)) return record
      const { accepted: _accepted, ...outcome } = laying
      return { ...record, laying: isUsed ? { ...outcome, accepted: true } : outcome }
    },
  },
}

function isNotLaid(laying: Laying | undefined): laying is Extract<Laying, { kind: 'refused' | 'failed' }> {
  return laying?.kind === 'refused' || laying?.kind === 'failed'
}

/** The record with the change made, or `undefined` if its value is no longer the one the change expects. */
export function changedRecord(record: StoredPicture | undefined, change: ImageChange): StoredPicture | undefined {
  if (!record) return undefined
  const { read, write } = setters[change.field] as Setter<ImageChange['from']>
  const name = change.name ?? ''
  return read(record, name) === change.from ? write(record, change.to, name) : undefined
}

/** Whether a collection is still as the change expects. */
export function isAsExpected(collection: Collection | undefined, { from }: CollectionChange): boolean {
  return JSON.stringify(collection) === JSON.stringify(from)
}

/** The images and collections that each change has really changed. */
export type Done = ReadonlyMap<StoredChange, readonly string[]>

/** The command as it is kept. A new one loses the images and collections that were left alone. */
export function afterwards(command: Command, way: Way, done: Done): Command {
  if (way !== 'do') return command
  const apply = command.apply.flatMap((change) => {
    if (!isStored(change)) return change
    const changed = done.get(change) ?? []
    if (change.kind === 'image') return { ...change, ids: changed as readonly PictureId[] }
    return changed.length > 0 ? change : []
  })
  return { ...command, apply, invert: invertAll(apply) }
}

/** What others are to hear of. */
export function toldOf(command: Command, way: Way, done: Done): StoreChange[] {
  const changed = (kind: StoredChange['kind']) =>
    [...done].flatMap(([change, ids]) => (change.kind === kind ? ids : []))
  const ids = changed('image') as PictureId[]
  const isDone = [...done.values()].some((names) => names.length > 0)
  const renaming = isDone && renamingOf(command, way)
  return [
    // First, so that searches have the new name when they read again.
    ...(renaming ? [{ kind: 'renamed' as const, window: command.window, renaming }] : []),
    ...(ids.length > 0 ? [{ kind: 'pictures' as const, ids }] : []),
    ...(changed('collection').length > 0 ? [{ kind: 'collections' as const }] : []),
  ]
}

function renamingOf({ renames }: Command, way: Way): Renaming | undefined {
  if (!renames) return undefined
  const { joins, ...renaming } = renames
  if (way !== 'undo') return renaming
  return joins ? undefined : { ...renaming, from: renaming.to, to: renaming.from }
}

export function changesOf(command: Command, way: Way): StoredChange[] {
  return (way === 'undo' ? command.invert : command.apply).filter(isStored)
}

export function outcomeOf(done: Done): Outcome {
  const changed = [...done.values()].reduce((sum, ids) => sum + ids.length, 0)
  const wanted = [...done.keys()].reduce((sum, change) => sum + (change.kind === 'image' ? change.ids.length : 1), 0)
  return { changed, left: wanted - changed }
}

export function createActRecords(database: Database, onChange: (change: StoreChange) => void): ActRecords {
  /** About the size of the log; exact after each time it is read. */
  let size = 0

  async function trim(transaction: Writing<Names[]>): Promise<void> {
    const log = transaction.objectStore('acts')
    const ids = await log.index('at').getAllKeys()
    const surplus = ids.slice(0, Math.max(0, ids.length - logLimits.count))
    if (size > logLimits.bytes) {
      const kept = await log.index('at').getAll()
      size = 0
      for (const [place, command] of kept.toReversed().entries()) {
        size += sizeOf(command)
        if (place > 0 && size > logLimits.bytes) surplus.push(command.id)
      }
      size = Math.min(size, logLimits.bytes)
    }
    await Promise.all(surplus.map((id) => log.delete(id)))
  }

  return {
    async carryOut(command, way, forget = []) {
      const changes = changesOf(command, way)
      const stores = storesOf(changes)
      const result = await database.write(stores, async (transaction) => {
        const done = new Map<StoredChange, readonly string[]>()
        for (const change of changes) done.set(change, await makeChange(transaction, change))
        const kept = afterwards(command, way, done)
        const log = transaction.objectStore('acts')
        await log.put(kept)
        await Promise.all(forget.map((id) => log.delete(id)))
        size += sizeOf(kept)
        await trim(transaction)
        return { command: kept, done }
      })
      for (const change of toldOf(command, way, result.done)) onChange(change)
      return { command: result.command, outcome: outcomeOf(result.done) }
    },
    async commands() {
      const records = await database.read(['acts'], (transaction) => transaction.objectStore('acts').getAll())
      const damaged = records.filter((record) => !isCommand(record))
      if (damaged.length > 0) {
        const clean = database.write(['acts'], async (transaction) => {
          await Promise.all(damaged.map(({ id }) => transaction.objectStore('acts').delete(id)))
        })
        // If nothing can be written now, they are left out and removed by a later visit.
        await clean.catch(() => undefined)
      }
      size = records.reduce((sum, record) => sum + sizeOf(record), 0)
      return inOrder(records.filter(isCommand))
    },
  }
}

function storesOf(changes: readonly StoredChange[]): Names[] {
  const kinds = new Set(changes.map(({ kind }) => kind))
  return [
    'acts',
    ...(kinds.has('image') ? ['pictures' as const] : []),
    ...(kinds.has('collection') ? ['collections' as const] : []),
  ]
}

function makeChange(transaction: Writing<Names[]>, change: StoredChange): Promise<readonly string[]> {
  return change.kind === 'image' ? changeImages(transaction, change) : changeCollection(transaction, change)
}

async function changeCollection(transaction: Writing<Names[]>, change: CollectionChange): Promise<readonly string[]> {
  const collections = transaction.objectStore('collections')
  if (!isAsExpected(await collections.get(change.id), change)) return []
  if (change.to) await collections.put(change.to)
  else await collections.delete(change.id)
  return [change.id]
}

async function changeImages(transaction: Writing<Names[]>, change: ImageChange): Promise<PictureId[]> {
  const pictures = transaction.objectStore('pictures')
  const done = await Promise.all(
    change.ids.map(async (id) => {
      const next = changedRecord(await pictures.get(id), change)
      if (next) await putPicture(transaction, next)
      return next ? [id] : []
    }),
  )
  return done.flat()
}

export function inOrder(commands: readonly Command[]): Command[] {
  return commands.toSorted((a, b) => a.at - b.at)
}

function sizeOf(record: unknown): number {
  return JSON.stringify(record).length
}
