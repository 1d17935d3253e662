import type { FoundRecipe } from '#domain/found-recipe.ts'
import type { CollectionId, NonEmpty, PictureId } from '#domain/ids.ts'
import type { LabelColour } from '#domain/marks.ts'
import { extensionOf, type Picture } from '#domain/picture.ts'
import type { Recipe } from '#domain/run.ts'
import { toPng } from '#imaging/to-png.ts'
import type { Performed } from '#library/command-log.ts'
import { fileNameOf } from '#library/picture-words.ts'
import { findFamily } from '#models/catalogue.ts'
import { findPart, loadPart } from '#platform/load-part.ts'
import { saveFile } from '#platform/save-file.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { closeOffers, notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { perform, sayFailure, sayLeft, undo, withLeft } from './act-log.ts'
import { actWords } from './act-words.ts'
import { fillForm } from './fill-form.ts'
import { createMarkCommands, type Rating } from './mark-commands.ts'
import { markedOf } from './marked-file.ts'
import { undoable } from './undoable.ts'

/** Acts on kept images. Each reports its own failure to the user. */
export interface ImageCommands {
  /** They become the only sources of the active family. The prompt stays. */
  editFrom(images: NonEmpty<Picture>): void
  /** They are added to the sources of the active family. */
  addReference(images: NonEmpty<Picture>): void
  /** Fills the form with the recipe that made the image. */
  reuse(image: Picture): void
  download(images: NonEmpty<Picture>): Promise<void>
  /** Copies the image to the clipboard, as PNG. */
  copy(image: Picture): Promise<void>
  /** Reads an image when it is pressed, so that a drag can carry it out of the page as a file. */
  prepareDrag(image: Picture): void
  /** Puts the image into a drag as a file, if it has been read. */
  dragFile(data: DataTransfer, image: Picture): void
  /** Adds or removes the star of images where it differs. */
  star(images: NonEmpty<Picture>, isStarred: boolean): Promise<void>
  /** 0 removes the rating. */
  rate(images: NonEmpty<Picture>, rating: Rating): Promise<void>
  reject(images: NonEmpty<Picture>, isRejected: boolean): Promise<void>
  /** Empty removes the label. */
  label(images: NonEmpty<Picture>, colour: LabelColour | ''): Promise<void>
  /** Empty takes the note away. */
  note(images: NonEmpty<Picture>, note: string): Promise<void>
  collect(images: NonEmpty<Picture>, collection: { id: CollectionId; name: string }, isIn: boolean): Promise<void>
  /** Several tags are one act. */
  tag(images: NonEmpty<Picture>, tags: readonly string[], isTagged: boolean): Promise<void>
  /** An image on the stage is replaced by `next`. */
  moveToBin(images: NonEmpty<Picture>, next?: PictureId): Promise<void>
  restore(images: NonEmpty<Picture>): Promise<void>
  /** Asks, and then deletes permanently. Only the bin asks; elsewhere it does nothing. */
  askToDelete(images: NonEmpty<Picture>): void
  /** Deletes without asking: the caller has asked. */
  deletePermanently(ids: readonly PictureId[]): Promise<void>
}

const known = new WeakMap<GalleryStore, ImageCommands>()

export function imageCommandsOf(store: GalleryStore): ImageCommands {
  const commands = known.get(store) ?? createImageCommands(store)
  known.set(store, commands)
  return commands
}

/** The settings an image was made with; an imported one has none. */
export function recipeOf({ origin }: Picture): Recipe | undefined {
  return 'recipe' in origin ? origin.recipe : undefined
}

/** How the file of an imported image says it was made. */
export function foundIn({ origin }: Picture): FoundRecipe | undefined {
  return origin.kind === 'dropped' ? origin.found : undefined
}

const loadDragOut = () => import('./drag-out.ts')
const loadCopied = () => import('#library/copied-images.ts')
const loadReuse = () => import('./reuse-found.ts')

function createImageCommands(store: GalleryStore): ImageCommands {
  return {
    editFrom: (images) => useAsSources(store, images, 'replace'),
    addReference: (images) => useAsSources(store, images, 'add'),
    reuse: (image) => reuse(store, image),
    download: (images) => download(store, images),
    copy: (image) => copy(store, image),
    prepareDrag(image) {
      loadPart(loadDragOut).then(
        (part) => part.prepareDragOut(store, image),
        () => undefined,
      )
    },
    dragFile: (data, image) => findPart(loadDragOut)?.addFile(data, image),
    ...createMarkCommands(store),
    ...createBinCommands(store),
    askToDelete: () => undefined,
  }
}

/** "image", "6 images". */
function countOf(images: readonly unknown[]): string {
  return images.length === 1 ? 'image' : `${images.length.toLocaleString('en')} images`
}

function createBinCommands(store: GalleryStore): Pick<ImageCommands, 'moveToBin' | 'restore' | 'deletePermanently'> {
  const binned = (images: NonEmpty<Picture>, isBinned: boolean) =>
    ({ kind: 'image', field: 'isBinned', ids: images.map(({ id }) => id), from: !isBinned, to: isBinned }) as const

  return {
    async moveToBin(images, next) {
      const { selected } = useWorkspace.getState()
      const isStaged = images.some(({ id }) => id === selected)
      const label = images.length === 1 ? 'move to bin' : `move ${countOf(images)} to bin`
      const changes = [
        binned(images, true),
        ...(isStaged ? [{ kind: 'stage', from: selected, to: next } as const] : []),
      ]
      const failed = images.length === 1 ? 'The image stays in the gallery' : 'The images stay in the gallery'
      const performed = await perform(store, { label, changes }, failed)
      if (!performed) return
      sayMoved(store, images, performed, {
        kind: 'bin',
        text: (count) => (count === 1 ? 'Moved to bin' : `${count.toLocaleString('en')} images moved to bin`),
      })
    },

    async restore(images) {
      const label = images.length === 1 ? 'restore' : `restore ${countOf(images)}`
      const failed = images.length === 1 ? 'The image stays in the bin' : 'The images stay in the bin'
      const performed = await perform(store, { label, changes: [binned(images, false)] }, failed)
      if (!performed) return
      sayMoved(store, images, performed, {
        kind: 'restore',
        text: (count) => (count === 1 ? 'Back in the gallery' : `${count.toLocaleString('en')} images are back`),
      })
    },

    async deletePermanently(ids) {
      try {
        // Another window may have restored some of them since the question was asked.
        const deleted = await store.deleteForEver(ids, 'bin')
        const { selected, select } = useWorkspace.getState()
        if (selected !== undefined && deleted.includes(selected)) select(undefined)
        // Their way into the bin cannot be undone any more.
        closeOffers('Undo')
        announce(deleted.length === 1 ? 'Deleted permanently' : `${countOf(deleted)} deleted permanently`)
      } catch (error) {
        sayFailure('Nothing was deleted', error)
      }
    },
  }
}

/** With "Undo", and with the number of those that another window had moved or deleted already. */
function sayMoved(
  store: GalleryStore,
  images: readonly Picture[],
  { command, outcome }: Performed,
  { kind, text }: { kind: string; text: (count: number) => string },
): void {
  const count = images.length - outcome.left
  if (count <= 0) {
    sayLeft(outcome)
    return
  }
  const action = { label: 'Undo', onSelect: () => void undo(store, command.id) }
  notify({ kind, count, text: (total) => withLeft(text(total), outcome), action })
}

function reuse(store: GalleryStore, image: Picture): void {
  const found = foundIn(image)
  if (found) {
    loadPart(loadReuse).then(
      ({ reuseFound }) => reuseFound(store, found),
      (error: unknown) => sayFailure('Nothing was filled in', error),
    )
    return
  }
  const recipe = recipeOf(image)
  if (!recipe) return
  if (!findFamily(recipe.family)) {
    notify({ text: 'This version of Atelier does not know the model of this image.', tone: 'error' })
    return
  }
  fillForm(store, recipe)
  useWorkspace.getState().focusPrompt()
}

function useAsSources(store: GalleryStore, images: NonEmpty<Picture>, way: 'replace' | 'add'): void {
  const { family: active, sources, setSources, view, show, focusPrompt } = useWorkspace.getState()
  const family = findFamily(active)
  if (!family) return
  const ids = images.map(({ id }) => id)
  const before = sources[active] ?? []
  const after = way === 'replace' ? ids : [...before.filter((id) => !ids.includes(id)), ...ids]
  if (after.length > family.maxSources) {
    const most = family.maxSources === 1 ? 'one image' : `at most ${family.maxSources} images. Remove one first`
    notify({ text: `${family.title} takes ${most}.`, tone: 'error' })
    return
  }
  const isLosing = before.some((id) => !after.includes(id))
  undoable(
    store,
    way === 'replace' ? 'edit from image' : 'add reference',
    () => setSources(active, after),
    isLosing ? { notice: before.length === 1 ? 'Source image replaced.' : 'Source images replaced.' } : {},
  )
  // On a phone the prompt stands below the image, too.
  if (view !== 'stage') show('create')
  focusPrompt()
  announce(way === 'replace' ? 'Ready to edit' : 'Added as reference')
}

async function download(store: GalleryStore, images: NonEmpty<Picture>): Promise<void> {
  for (const image of images) {
    const bytes = await store.original(image.id).catch(() => undefined)
    const marked = bytes && (await markedOf(image, bytes))
    if (marked) saveFile(marked, fileNameOf(image, extensionOf(image.mime)))
    else notify({ text: 'The image cannot be downloaded: its data is missing in this browser.', tone: 'error' })
  }
}

async function copy(store: GalleryStore, image: Picture): Promise<void> {
  try {
    // The promise is passed unresolved: Safari allows the clipboard only during the press itself.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': readPng(store, image.id) })])
    await loadPart(loadCopied).then(
      ({ noteCopied }) => noteCopied(image.id),
      () => undefined,
    )
    notify({ text: 'Copied' })
  } catch {
    notify({
      text: 'This browser did not allow copying.',
      tone: 'error',
      action: { label: actWords.download.label, onSelect: () => void download(store, [image]) },
    })
  }
}

async function readPng(store: GalleryStore, id: PictureId): Promise<Blob> {
  const bytes = await store.drawable(id)
  if (!bytes) throw new Error("The image's data is missing.")
  return toPng(bytes)
}
