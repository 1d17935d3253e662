import { type EditDocument, emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { findFamily } from '#models/catalogue.ts'
import { useWorkspace } from '#workspace/workspace.ts'

/** What is to be done with an image before it is sent; so far nothing, where it was not edited. */
export function documentOf(base: PictureId): EditDocument {
  return useWorkspace.getState().edits[base]?.document ?? emptyDocument(base)
}

/** An image that is edited becomes the first source of the active family; the others follow, as far as there is room. */
export function takeAsSource(id: PictureId): void {
  const { family: active, sources, setSources } = useWorkspace.getState()
  const most = findFamily(active)?.maxSources ?? 1
  const before = sources[active] ?? []
  if (before[0] !== id) setSources(active, [id, ...before.filter((other) => other !== id)].slice(0, most))
}
