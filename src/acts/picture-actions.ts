import type { PictureId } from '#domain/ids.ts'
import { extensionOf, type Picture } from '#domain/picture.ts'
import type { Recipe } from '#domain/run.ts'
import { toPng } from '#imaging/to-png.ts'
import { fileNameOf } from '#library/picture-words.ts'
import { findFamily } from '#models/catalogue.ts'
import { saveFile } from '#platform/save-file.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { type BinActions, createBinActions } from './bin-actions.ts'

/** What can be done with a kept picture. Each says itself, where the user looks, when it could not be done. */
export interface PictureActions extends BinActions {
  /** A source of the active family: takes the place of the one it has, or joins them. The prompt stays. */
  takeAsInput(picture: Picture): void
  /** Fills the form with the recipe that made the picture. */
  recallSettings(picture: Picture): void
  download(picture: Picture): Promise<void>
  /** Puts the picture on the clipboard, as PNG. */
  copy(picture: Picture): Promise<void>
}

const known = new WeakMap<GalleryStore, PictureActions>()

/** A store's actions, the same wherever they are asked for: undo takes back the last move, whoever made it. */
export function actionsOf(store: GalleryStore): PictureActions {
  const actions = known.get(store) ?? createPictureActions(store)
  known.set(store, actions)
  return actions
}

function createPictureActions(store: GalleryStore): PictureActions {
  async function download(picture: Picture) {
    const bytes = await store.original(picture.id).catch(() => undefined)
    if (bytes) saveFile(bytes, fileNameOf(picture, extensionOf(picture.mime)))
    else notify({ text: 'The image cannot be downloaded: its data is missing in this browser.', tone: 'error' })
  }

  async function copy(picture: Picture) {
    try {
      // The promise goes in unresolved: Safari allows the clipboard only inside the press itself.
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': readPng(store, picture.id) })])
      notify({ text: 'Copied' })
    } catch {
      notify({
        text: 'This browser did not allow copying.',
        tone: 'error',
        action: { label: 'Download', onSelect: () => void download(picture) },
      })
    }
  }

  return { takeAsInput, recallSettings, download, copy, ...createBinActions(store) }
}

/** The settings a picture was made with; a dropped picture has none. */
export function recipeOf({ origin }: Picture): Recipe | undefined {
  return origin.kind === 'dropped' ? undefined : origin.recipe
}

function recallSettings(picture: Picture): void {
  const recipe = recipeOf(picture)
  if (!recipe) return
  if (!findFamily(recipe.family)) {
    notify({ text: 'This version of Atelier does not know the model of this image.', tone: 'error' })
    return
  }
  useWorkspace.getState().recall(recipe)
  useWorkspace.getState().focusPrompt()
}

function takeAsInput({ id }: Picture): void {
  const { family: active, sources, setSources, show, focusPrompt } = useWorkspace.getState()
  const family = findFamily(active)
  if (!family) return
  const others = (sources[active] ?? []).filter((source) => source !== id)
  if (family.maxSources > 1 && others.length >= family.maxSources) {
    notify({ text: `${family.title} takes at most ${family.maxSources} images. Remove one first.`, tone: 'error' })
    return
  }
  setSources(active, family.maxSources === 1 ? [id] : [...others, id])
  show('create')
  focusPrompt()
  announce('Added as input')
}

async function readPng(store: GalleryStore, id: PictureId): Promise<Blob> {
  const bytes = await store.drawable(id)
  if (!bytes) throw new Error("The image's data is missing.")
  return toPng(bytes)
}
