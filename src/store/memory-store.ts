import type { PictureId, RunId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { mayFollow, type Run } from '#domain/run.ts'
import type { Darkroom } from './darkroom.ts'
import { storageError } from './database.ts'
import { binned, childrenInOrder, restored, toDataUrl, toPicture, toStoredPicture } from './picture-shelves.ts'
import { develop, type Print, toBlob } from './print.ts'
import { amended, isOpen, refuseSent, stepped } from './run-records.ts'
import type { StoredPicture } from './schema.ts'
import { byNewest } from './shelf-list.ts'
import type { GalleryStore, NewPicture, StoreChange } from './store.ts'

type Kept = Print & { record: StoredPicture }

/** The gallery of a page to which the browser gives no database. All works; nothing outlives the page. */
export function openMemoryStore(darkroom: Darkroom): GalleryStore {
  const runs = new Map<RunId, Run>()
  const kept = new Map<PictureId, Kept>()
  const listeners = new Set<(change: StoreChange) => void>()

  const tell = (change: StoreChange) => {
    for (const listener of [...listeners]) listener(change)
  }
  const all = () => [...kept.values()].map(({ record }) => toPicture(record)).sort(byNewest)

  function putRun(next: Run) {
    if (runs.get(next.id) !== next) {
      runs.set(next.id, next)
      tell({ kind: 'runs', ids: [next.id] })
    }
    return next
  }

  function putPrints(prints: readonly Print[]) {
    const added = prints.filter(({ picture }) => !kept.has(picture.id))
    for (const print of added) kept.set(print.picture.id, { ...print, record: toStoredPicture(print.picture) })
    if (added.length > 0) tell({ kind: 'pictures', ids: added.map(({ picture }) => picture.id) })
  }

  async function developAll(made: readonly NewPicture[]): Promise<Print[]> {
    const prints: Print[] = []
    for (const picture of made) if (!kept.has(picture.id)) prints.push(await develop(darkroom, picture))
    return prints
  }

  const found = (ids: readonly PictureId[]) =>
    ids.flatMap((id) => {
      const entry = kept.get(id)
      return entry ? [toPicture(entry.record)] : []
    })

  async function replace(ids: readonly PictureId[], change: (record: StoredPicture) => StoredPicture) {
    for (const id of ids) {
      const entry = kept.get(id)
      if (entry) kept.set(id, { ...entry, record: change(entry.record) })
    }
    tell({ kind: 'pictures', ids })
  }

  async function remove(ids: readonly PictureId[]) {
    for (const id of ids) kept.delete(id)
    if (ids.length > 0) tell({ kind: 'pictures', ids })
  }

  return {
    openRuns: async () => [...runs.values()].filter(isOpen).sort((a, b) => a.createdAt - b.createdAt),
    recentRuns: async (limit) => [...runs.values()].sort(byNewestRun).slice(0, limit),
    run: async (id) => runs.get(id),
    saveRun: async (run) => putRun(stepped(runs.get(run.id), run)),
    async amendRun(id, change) {
      const stored = runs.get(id)
      return stored && putRun(amended(stored, change))
    },
    async removeRun(id) {
      const stored = runs.get(id)
      if (!stored) return
      refuseSent(stored)
      runs.delete(id)
      tell({ kind: 'runs', ids: [id] })
    },

    async settle(run, made) {
      const prints = runs.get(run.id)?.phase === 'saved' ? [] : await developAll(made)
      const stored = runs.get(run.id)
      if (stored?.phase === 'saved') return found(stored.pictures)
      if (stored && !mayFollow(stored, run)) throw storageError('its run has ended otherwise')
      putPrints(prints)
      putRun(run)
      return found(run.pictures)
    },
    async addPicture(picture) {
      putPrints(await developAll([picture]))
      return found([picture.id])[0] as Picture
    },

    pictures: async (shelf, limit, after) =>
      all()
        .filter((picture) => picture.shelf === shelf && (!after || byNewest(after, picture) < 0))
        .slice(0, limit),
    picture: async (id) => found([id])[0],
    picturesById: async (ids) => new Map(found(ids).map((picture) => [picture.id, picture])),
    countPictures: async (shelf) => all().filter((picture) => picture.shelf === shelf).length,
    childrenOf: async (id) => childrenInOrder(all().filter(({ parents }) => parents.includes(id))),
    async thumbnails(ids) {
      const entries = ids.flatMap((id) => {
        const entry = kept.get(id)
        return entry ? [[id, toDataUrl(entry.thumbnail)] as const] : []
      })
      return new Map(entries)
    },
    async original(id) {
      const entry = kept.get(id)
      return entry && toBlob({ mime: entry.record.mime, base64: entry.base64 })
    },

    moveToBin: (ids) => replace(ids, binned),
    restore: (ids) => replace(ids, restored),
    deleteForEver: remove,
    async addSamples(count, onProgress) {
      const { makeSamples } = await import('./samples.ts')
      let done = 0
      await makeSamples(count, darkroom, async (prints) => {
        putPrints(prints)
        done += prints.length
        onProgress(done)
      })
    },
    removeSamples: () =>
      remove(
        all()
          .filter(({ origin }) => origin.kind === 'sample')
          .map(({ id }) => id),
      ),

    health: 'memory',
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onHealth: () => () => undefined,
    close: () => listeners.clear(),
  }
}

function byNewestRun(a: Run, b: Run): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)
}
