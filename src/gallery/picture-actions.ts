import { describeFailure, toFailure } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import { extensionOf, type Picture } from '#domain/picture.ts'
import type { Recipe } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { focusPrompt } from './focus-prompt.ts'
import { fileNameOf } from './picture-words.ts'
import { toPng } from './to-png.ts'

/** What can be done with a kept picture. Each says itself, where the user looks, when it could not be done. */
export interface PictureActions {
  /** A source of the active family: takes the place of the one it has, or joins them. The prompt stays. */
  takeAsInput(picture: Picture): void
  /** Fills the form with the recipe that made the picture. */
  recallSettings(picture: Picture): void
  download(picture: Picture): Promise<void>
  /** Puts the picture on the clipboard, as PNG. */
  copy(picture: Picture): Promise<void>
  /** Can be undone. A picture on the stage gives its place to `next`. */
  moveToBin(picture: Picture, next?: PictureId): Promise<void>
  /** Takes the last move to the bin back. */
  undo(): Promise<void>
  restore(pictures: readonly Picture[]): Promise<void>
  /** Cannot be undone; whoever calls it has asked. */
  deleteForEver(ids: readonly PictureId[]): Promise<void>
}

interface Move {
  ids: readonly PictureId[]
  /** It was on the stage. */
  selected: PictureId | undefined
}

/** Moves to the bin that can still be undone, newest last. The store outlives every screen. */
const moves = new WeakMap<GalleryStore, Move[]>()

export function recipeOf({ origin }: Picture): Recipe | undefined {
  return origin.kind === 'dropped' ? undefined : origin.recipe
}

function sayFailure(doing: string, error: unknown): void {
  notify({ text: `${doing} ${describeFailure(toFailure(error))}`, tone: 'error' })
}

export function createPictureActions(store: GalleryStore): PictureActions {
  const history = moves.get(store) ?? []
  moves.set(store, history)

  async function takeBack(move: Move) {
    const index = history.indexOf(move)
    if (index < 0) return
    history.splice(index, 1)
    try {
      await store.restore(move.ids)
      if (move.selected !== undefined) useWorkspace.getState().select(move.selected)
      announce('Back in the gallery')
    } catch (error) {
      sayFailure('The picture stays in the bin.', error)
    }
  }

  async function read(picture: Picture): Promise<Blob> {
    const bytes = await store.original(picture.id)
    if (!bytes) throw new Error('its data is missing in this browser.')
    return bytes
  }

  return {
    takeAsInput: (picture) => takeAsInput(picture.id),

    recallSettings(picture) {
      const recipe = recipeOf(picture)
      if (!recipe) return
      if (!findFamily(recipe.family)) {
        notify({ text: 'This version of Atelier does not know the model of this picture.', tone: 'error' })
        return
      }
      useWorkspace.getState().recall(recipe)
      focusPrompt()
    },

    async download(picture) {
      try {
        saveFile(await read(picture), fileNameOf(picture, extensionOf(picture.mime)))
      } catch (error) {
        sayFailure('The picture could not be downloaded.', error)
      }
    },

    async copy(picture) {
      try {
        // The promise goes in unresolved: Safari allows the clipboard only inside the press itself.
        const png = read(picture).then(toPng)
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
        notify({ text: 'Copied' })
      } catch {
        notify({
          text: 'This browser did not let the picture be copied.',
          tone: 'error',
          action: { label: 'Download', onSelect: () => void this.download(picture) },
        })
      }
    },

    async moveToBin(picture, next) {
      const { selected, select } = useWorkspace.getState()
      const wasSelected = selected === picture.id
      const move: Move = { ids: [picture.id], selected: wasSelected ? picture.id : undefined }
      try {
        await store.moveToBin(move.ids)
      } catch (error) {
        sayFailure('The picture stays in the gallery.', error)
        return
      }
      if (wasSelected) select(next)
      history.push(move)
      notify({ text: 'Moved to bin', action: { label: 'Undo', onSelect: () => void takeBack(move) } })
    },

    async undo() {
      const last = history.at(-1)
      if (last) await takeBack(last)
    },

    async restore(pictures) {
      const ids = pictures.map((picture) => picture.id)
      try {
        await store.restore(ids)
        const move = history.find((candidate) => candidate.ids.some((id) => ids.includes(id)))
        if (move) history.splice(history.indexOf(move), 1)
        notify({ text: 'Back in the gallery' })
      } catch (error) {
        sayFailure('The picture stays in the bin.', error)
      }
    },

    async deleteForEver(ids) {
      try {
        await store.deleteForEver(ids)
        const { selected, select } = useWorkspace.getState()
        if (selected !== undefined && ids.includes(selected)) select(undefined)
        announce(ids.length === 1 ? 'Deleted for ever' : `${ids.length} pictures deleted for ever`)
      } catch (error) {
        sayFailure('Nothing was deleted.', error)
      }
    },
  }
}

function takeAsInput(id: PictureId): void {
  const { family: active, sources, setSources, show } = useWorkspace.getState()
  const family = findFamily(active)
  if (!family) return
  const others = (sources[active] ?? []).filter((source) => source !== id)
  if (family.maxSources > 1 && others.length >= family.maxSources) {
    notify({ text: `${family.title} takes at most ${family.maxSources} pictures. Remove one first.`, tone: 'error' })
    return
  }
  setSources(active, family.maxSources === 1 ? [id] : [...others, id])
  show('create')
  focusPrompt()
  announce('Added as input')
}

function saveFile(bytes: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(bytes)
  link.download = name
  link.click()
  // The browser reads the address after the click; a minute is plenty.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
