import { describeRefusal, withoutPicks } from '#acts/keep-in-gallery.ts'
import { offerReuse } from '#acts/reuse-found.ts'
import { undoable } from '#acts/undoable.ts'
import { isAbort } from '#domain/failure.ts'
import { quoteName } from '#domain/file-name.ts'
import type { PictureId } from '#domain/ids.ts'
import { keepPicture } from '#library/keep-picture.ts'
import type { ModelFamily } from '#models/model.ts'
import { newId } from '#platform/ids.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { describeLimit } from './source-limit.ts'
import type { Brought } from './transfer.ts'

/** A file that is not a source yet. */
export interface PendingFile {
  key: string
  family: string
  fileName: string
  /** Why it cannot be one; absent while it is being prepared. */
  reason?: string
  stop(): void
}

export interface ImportState {
  pending: readonly PendingFile[]
  /** Why the last images were left out, by family. */
  overLimit: Readonly<Record<string, string | undefined>>
}

/**
 * Prepares files as source images. Finished ones move to the workspace; files that cannot be used stay until discarded.
 */
export interface SourceImporter {
  state(): ImportState
  subscribe(listener: () => void): () => void
  /**
   * Takes files, or a link, for a family. Files above its limit are left out, with a message. The first one is shown on
   * the stage when it is ready.
   */
  add(family: ModelFamily, brought: Brought): void
  /** Makes a stored image the family's last source; in a family of one source, its source. */
  addPicture(family: ModelFamily, id: PictureId, name?: string): void
  discard(key: string): void
  forgetLimit(family: ModelFamily): void
}

const sourcesOf = (family: ModelFamily) => useWorkspace.getState().sources[family.id] ?? []

export function createSourceImporter(store: GalleryStore): SourceImporter {
  let state: ImportState = { pending: [], overLimit: {} }
  const listeners = new Set<() => void>()

  function change(part: Partial<ImportState>) {
    state = { ...state, ...part }
    for (const listener of listeners) listener()
  }
  const setLimit = (family: ModelFamily, text: string | undefined) =>
    change({ overLimit: { ...state.overLimit, [family.id]: text } })

  function leaveOut(family: ModelFamily, names: readonly string[]) {
    const which = names.length === 1 ? `${quoteName(names[0] ?? '')} was` : `${names.length} more were`
    setLimit(family, `${family.title} takes ${describeLimit(family)}; ${which} left out.`)
  }

  function discard(key: string) {
    state.pending.find((item) => item.key === key)?.stop()
    change({ pending: state.pending.filter((item) => item.key !== key) })
  }

  function addPicture(family: ModelFamily, id: PictureId, name = 'The image') {
    const before = sourcesOf(family)
    if (before.includes(id)) return
    const isReplaced = family.maxSources === 1 && before.length > 0
    if (before.length >= family.maxSources && !isReplaced) return leaveOut(family, [name])
    undoable(
      store,
      isReplaced ? 'replace image' : 'add image',
      () => useWorkspace.getState().setSources(family.id, isReplaced ? [id] : [...before, id]),
      isReplaced ? { notice: 'Image replaced.' } : {},
    )
  }

  /** Sources added since the page was opened, so that a file that is added twice becomes two sources. */
  const given = new Set<PictureId>()
  const isTakenBy = (family: ModelFamily) => (id: PictureId) =>
    sourcesOf(family).includes(id) || (given.has(id) && state.pending.length > 1)

  /** Images become sources in the order in which they were added, whichever is prepared first. */
  let arrivals: Promise<void> = Promise.resolve()

  async function take(
    family: ModelFamily,
    fileName: string,
    open: (signal: AbortSignal) => Promise<File>,
    { before, isFirst }: { before: Promise<void>; isFirst: boolean },
  ) {
    const controller = new AbortController()
    const key = newId()
    const item: PendingFile = { key, family: family.id, fileName, stop: () => controller.abort() }
    change({ pending: [...state.pending, item] })
    try {
      const file = await open(controller.signal)
      const picture = await keepPicture(store, file, 'sources', controller.signal, isTakenBy(family))
      const { id } = picture
      given.add(id)
      await before
      controller.signal.throwIfAborted()
      // In this order, so that there is no moment in which nothing is being prepared and the source is not there yet.
      addPicture(family, id, fileName)
      discard(key)
      if (isFirst) useWorkspace.getState().stage(id)
      offerReuse(store, picture)
    } catch (error) {
      if (isAbort(error)) return
      const reason = describeRefusal(error, fileName)
      change({ pending: state.pending.map((other) => (other.key === key ? { ...other, reason } : other)) })
    }
  }

  function add(family: ModelFamily, { files: given, link }: Brought) {
    const files = withoutPicks(store, given)
    if (files.length === 0 && !link) return
    useWorkspace.getState().focusPrompt()
    setLimit(family, undefined)
    const room = roomFor(family)
    const offers = [
      ...files.map((file) => ({ name: file.name, open: () => Promise.resolve(file) })),
      ...(link
        ? [{ name: link.startsWith('data:') ? 'image' : link, open: (signal: AbortSignal) => openLink(link, signal) }]
        : []),
    ]
    for (const [index, { name, open }] of offers.slice(0, room).entries()) {
      arrivals = take(family, name, open, { before: arrivals, isFirst: index === 0 })
    }
    if (offers.length > room)
      leaveOut(
        family,
        offers.slice(room).map(({ name }) => name),
      )
  }

  /**
   * A family of one source takes the newest: files being prepared are dropped at once, a finished source when the new
   * one is ready.
   */
  function roomFor(family: ModelFamily): number {
    const mine = state.pending.filter((item) => item.family === family.id)
    if (family.maxSources === 1) {
      for (const { key } of mine) discard(key)
      return 1
    }
    const waiting = mine.filter((item) => item.reason === undefined)
    return Math.max(0, family.maxSources - sourcesOf(family).length - waiting.length)
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add,
    addPicture,
    discard,
    forgetLimit: (family) => setLimit(family, undefined),
  }
}

const loadReader = () => import('./read-link.ts')

async function openLink(link: string, signal: AbortSignal): Promise<File> {
  const { readLink } = await loadPart(loadReader)
  return readLink(link, signal)
}
