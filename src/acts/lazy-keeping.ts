import { describeFailure, toFailure } from '#domain/failure.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'

const loadKeeping = () => import('./keep-in-gallery.ts')

/** Keeps files without making them sources, and says what came of it. */
export function keepLazilyInGallery(store: GalleryStore, files: readonly File[]): void {
  loadPart(loadKeeping).then(({ keepInGallery }) => keepInGallery(store, files), tellNotLoaded)
}

/** Lets the user choose such files; to be called from a button press. The code for it is loaded after the first screen. */
export function addToGallery(store: GalleryStore): void {
  loadPart(loadKeeping).then(({ keepChosen }) => keepChosen(store), tellNotLoaded)
}

/** Says that files were not added because the code for it could not be loaded. */
export function tellNotLoaded(error: unknown): void {
  notify({ text: `${describeFailure(toFailure(error))} The image was not added.`, tone: 'error' })
}
