import type { AreaStep, EditDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { findFamily } from '#models/catalogue.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { documentOf, takeAsSource } from './edited-source.ts'
import { undoable } from './undoable.ts'

/**
 * Adds one stroke to the area of an image, or removes it. With the first stroke the image also becomes the first source
 * of the active family, in the same act, because an image with an area is meant to be edited.
 */
export function drawArea(store: GalleryStore, base: PictureId, steps: readonly AreaStep[]): void {
  const document = documentOf(base)
  const isFirst = document.area.length === 0
  // There is nothing to remove from.
  if (isFirst && steps.every(({ op }) => op === 'cut')) return
  undoable(store, isFirst ? 'select area' : 'area stroke', () => {
    if (isFirst) takeAsSource(base)
    setArea(document, [...document.area, ...steps])
  })
}

export function invertArea(store: GalleryStore, document: EditDocument): void {
  const last = document.area.at(-1)
  const area = last?.op === 'invert' ? document.area.slice(0, -1) : [...document.area, { op: 'invert' } as const]
  undoable(store, 'invert area', () => setArea(document, area))
}

export function clearArea(store: GalleryStore, document: EditDocument): void {
  undoable(store, 'clear area', () => setArea(document, []))
}

/** Width of the soft edge in pixels of the image. Dragging a slider is one act. */
export function setRim(store: GalleryStore, document: EditDocument, rim: number): void {
  undoable(store, 'feather', () => useWorkspace.getState().edit({ ...document, rim }), { run: 'feather' })
}

function setArea(document: EditDocument, area: readonly AreaStep[]): void {
  useWorkspace.getState().edit({ ...document, area })
}

/**
 * Replaces a source of the active family by a result, at the same position, so that the next edit starts from it. One
 * act. The area is not copied: the result starts without one.
 */
export function acceptResult(store: GalleryStore, source: PictureId, result: PictureId): void {
  const { family: active, sources, setSources, focusPrompt } = useWorkspace.getState()
  const before = sources[active] ?? []
  const others = before.filter((id) => id !== result)
  const most = findFamily(active)?.maxSources ?? 1
  const after = others.includes(source)
    ? others.map((id) => (id === source ? result : id))
    : [result, ...others].slice(0, most)
  undoable(store, 'accept result', () => setSources(active, after), { notice: 'The result is the source now.' })
  focusPrompt()
}
