import { type EditDocument, emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { findFamily } from '#models/catalogue.ts'
import { useWorkspace } from '#workspace/workspace.ts'

/** The edit document of an image; an empty one if it was not edited. */
export function documentOf(base: PictureId): EditDocument {
  return useWorkspace.getState().edits[base]?.document ?? emptyDocument(base)
}

/** Makes an edited image the first source of the active family; the others follow, up to the family's limit. */
export function takeAsSource(id: PictureId): void {
  const { family: active, sources, setSources } = useWorkspace.getState()
  const most = findFamily(active)?.maxSources ?? 1
  const before = sources[active] ?? []
  if (before[0] !== id) setSources(active, [id, ...before.filter((other) => other !== id)].slice(0, most))
}
