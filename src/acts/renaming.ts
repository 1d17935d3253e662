import type { Collection } from '#domain/collection.ts'
import type { ComposedChange, Renaming } from '#domain/command.ts'
import type { CollectionId } from '#domain/ids.ts'
import { ruleWithNewName, savedQuery } from '#library/find/saved-query.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { windowName } from './window-name.ts'

/** A change of the open search that belongs to an act on a tag or collection. */
export type SearchChange = Extract<ComposedChange, { kind: 'search' }>

interface RuleEdit {
  from: Collection
  to: Collection
}

/** The edits that give a tag or collection its new name in the rules of smart collections. */
export function renameInRules(collections: readonly Collection[], renamed: Renaming): RuleEdit[] {
  return collections.flatMap((from) => {
    const rule = ruleWithNewName(from.rule, renamed)
    return rule === undefined || rule === from.rule ? [] : [{ from, to: { ...from, rule } }]
  })
}

/** The change that gives it its new name in the open search; none if that does not name it. */
export function renameInSearch(renamed: Renaming): SearchChange[] {
  const { search: from } = useWorkspace.getState()
  const to = ruleWithNewName(from, renamed)
  return to === from ? [] : [{ kind: 'search', from, to }]
}

/** Puts the new name into the open search when another window renames a tag or a collection. Returns a function that stops this. */
export function followRenaming({ subscribe }: Pick<GalleryStore, 'subscribe'>): () => void {
  return subscribe((change) => {
    // This window's own search is changed by the act itself, which can be undone.
    if (change.kind !== 'renamed' || change.window === windowName()) return
    const { search: from } = useWorkspace.getState()
    const search = ruleWithNewName(from, change.renaming)
    if (search !== from) useWorkspace.setState({ search })
  })
}

/** The change that shows all images instead of the collection; none if the open search is not limited to it. */
export function leaveInSearch(collection: CollectionId): SearchChange[] {
  const { search: from } = useWorkspace.getState()
  return savedQuery(from)?.collection === collection ? [{ kind: 'search', from, to: undefined }] : []
}

/** Says which smart collections still ask for something that was deleted. Empty if none does. */
export function describeStillAsking(collections: readonly Collection[]): string {
  const [first] = collections
  if (!first) return ''
  return collections.length === 1
    ? ` The smart collection “${first.name}” still asks for it.`
    : ` ${collections.length.toLocaleString('en')} smart collections still ask for it.`
}
