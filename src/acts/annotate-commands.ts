import type { Mark, MarkColour, MarkFigure } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { findFamily } from '#models/catalogue.ts'
import { withMarkWords, wordsForMarks } from '#models/mark-words.ts'
import { newId } from '#platform/ids.ts'
import type { GalleryStore } from '#store/store.ts'
import { draftOf } from '#workspace/composition.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { documentOf, takeAsSource } from './edited-source.ts'
import { undoable } from './undoable.ts'

/**
 * Draws a mark on an image and returns the mark's id. With its first mark, the image becomes the first source, because a
 * marked image is meant to be edited. Marks keep their numbers when others are deleted.
 */
export function addMark(store: GalleryStore, base: PictureId, figure: MarkFigure, colour: MarkColour): string {
  const { marks } = documentOf(base)
  const n = Math.max(0, ...marks.map((mark) => mark.n)) + 1
  const mark: Mark = { id: newId(), n, colour, note: '', ...figure }
  undoable(store, 'draw mark', () => {
    if (marks.length === 0) takeAsSource(base)
    setMarks(base, [...marks, mark])
  })
  return mark.id
}

/** Replaces the mark that has the same id. Consecutive changes with the same `run` are one act. */
export function changeMark(store: GalleryStore, base: PictureId, mark: Mark, label: string, run?: string): void {
  const marks = documentOf(base).marks.map((other) => (other.id === mark.id ? mark : other))
  undoable(store, label, () => setMarks(base, marks), run === undefined ? {} : { run: `${run} ${mark.id}` })
}

export function deleteMark(store: GalleryStore, base: PictureId, id: string): void {
  const marks = documentOf(base).marks.filter((mark) => mark.id !== id)
  undoable(store, 'delete mark', () => setMarks(base, marks))
}

export function clearMarks(store: GalleryStore, base: PictureId): void {
  undoable(store, 'clear marks', () => setMarks(base, []))
}

/** Adds sentences about the marks to the prompt of the active family, where the user can edit them. */
export function insertMarkWords(store: GalleryStore, base: PictureId): void {
  const { family: active, drafts, sources, editDraft, focusPrompt } = useWorkspace.getState()
  const family = findFamily(active)
  if (!family) return
  const words = wordsForMarks(documentOf(base).marks, family, sources[active]?.length ?? 1)
  const prompt = withMarkWords(String(draftOf(drafts, active).prompt ?? ''), words)
  undoable(store, 'insert marks in prompt', () => editDraft(active, { prompt }))
  focusPrompt()
}

function setMarks(base: PictureId, marks: readonly Mark[]): void {
  useWorkspace.getState().edit({ ...documentOf(base), marks })
}
