import type { Recipe } from '#domain/run.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { undoable } from './undoable.ts'

/** Fills the form from a recipe. What was written there can be restored by undo, which is offered when it matters. */
export function fillForm(store: GalleryStore, recipe: Recipe): void {
  const written = useWorkspace.getState().drafts[recipe.family]?.prompt ?? ''
  const isReplaced = written !== '' && written !== recipe.draft.prompt
  const recall = () => useWorkspace.getState().recall(recipe)
  undoable(store, 'reuse of settings', recall, isReplaced ? { notice: 'Prompt and settings replaced.' } : {})
}
