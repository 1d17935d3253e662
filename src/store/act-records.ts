import { type Command, type ImageChange, type ImageFields, isCommand, isStored, type Outcome } from '#domain/command.ts'
import type { CollectionId, PictureId } from '#domain/ids.ts'
import type { Marks } from '#domain/marks.ts'
import type { Database } from './database.ts'
import { putPicture, type Writing } from './picture-writes.ts'
import type { Names, StoredPicture } from './schema.ts'
import { binned, restored } from './shelf-writes.ts'
import type { ActRecords, StoreChange, Way } from './store.ts'

/** How many acts the log keeps, and its largest size. The oldest are dropped first. */
export const logLimits = { count: 200, bytes: 5_000_000 }

/** `name`: the tag or collection in the change. */
interface Setter<Value> {
  read(record: StoredPicture, name: string): Value
  write(record: StoredPicture, value: Value, name: string): StoredPicture
}

type Said = Partial<Record<Exclude<keyof Marks, 'changedAt'>, unknown>>

/** Empty values are not stored, and an image without any value has no marks at all. */
function withMarks(record: StoredPicture, said: Said): StoredPicture {
  const { marks, ...rest } = record
  const { changedAt: _changedAt, ...before } = marks ?? { changedAt: 0 }
  const isSaid = ([, value]: [string, unknown]) => !!value && !(Array.isArray(value) && value.length === 0)
  const after = Object.fromEntries(Object.entries({ ...before, ...said }).filter(isSaid))
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
}

/** The record with the change made, or `undefined` if its value is no longer the one the change expects. */
export function changedRecord(record: StoredPicture | undefined, change: ImageChange): StoredPicture | undefined {
  if (!record) return undefined
  const { read, write } = setters[change.field] as Setter<ImageChange['from']>
  const name = change.name ?? ''
  return read(record, name) === change.from ? write(record, change.to, name) : undefined
}

/** The command as it is kept. A new one loses the images that were left alone. `done`: the images that were changed. */
export function afterwards(command: Command, way: Way, done: ReadonlyMap<ImageChange, readonly PictureId[]>): Command {
  if (way !== 'do') return command
  const changed = new Set([...done.values()].flat())
  const narrow = (change: Command['apply'][number]) =>
    isStored(change) ? { ...change, ids: change.ids.filter((id) => changed.has(id)) } : change
  return { ...command, apply: command.apply.map(narrow), invert: command.invert.map(narrow) }
}

export function changesOf(command: Command, way: Way): ImageChange[] {
  return (way === 'undo' ? command.invert : command.apply).filter(isStored)
}

export function outcomeOf(done: ReadonlyMap<ImageChange, readonly PictureId[]>): Outcome {
  const changed = [...done.values()].reduce((sum, ids) => sum + ids.length, 0)
  const wanted = [...done.keys()].reduce((sum, { ids }) => sum + ids.length, 0)
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
      for (const command of kept.toReversed()) {
        size += sizeOf(command)
        if (size > logLimits.bytes) surplus.push(command.id)
      }
      size = Math.min(size, logLimits.bytes)
    }
    await Promise.all(surplus.map((id) => log.delete(id)))
  }

  return {
    async carryOut(command, way, forget = []) {
      const changes = changesOf(command, way)
      const stores: Names[] = changes.length > 0 ? ['acts', 'pictures'] : ['acts']
      const result = await database.write(stores, async (transaction) => {
        const done = new Map<ImageChange, PictureId[]>()
        for (const change of changes) done.set(change, await changeImages(transaction, change))
        const kept = afterwards(command, way, done)
        const log = transaction.objectStore('acts')
        await log.put(kept)
        await Promise.all(forget.map((id) => log.delete(id)))
        size += sizeOf(kept)
        await trim(transaction)
        return { command: kept, done }
      })
      const ids = [...result.done.values()].flat()
      if (ids.length > 0) onChange({ kind: 'pictures', ids })
      return { command: result.command, outcome: outcomeOf(result.done) }
    },
    async commands() {
      const records = await database.read(['acts'], (transaction) => transaction.objectStore('acts').getAll())
      const damaged = records.filter((record) => !isCommand(record))
      if (damaged.length > 0) {
        await database.write(['acts'], async (transaction) => {
          await Promise.all(damaged.map(({ id }) => transaction.objectStore('acts').delete(id)))
        })
      }
      size = records.reduce((sum, record) => sum + sizeOf(record), 0)
      return inOrder(records.filter(isCommand))
    },
  }
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
