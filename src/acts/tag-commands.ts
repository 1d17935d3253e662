import type { CollectionChange } from '#domain/command.ts'
import type { PictureId } from '#domain/ids.ts'
import { finderOf } from '#library/find/finder-of.ts'
import { ruleWithRenamedTag } from '#library/find/saved-query.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { perform, sayFailure, sayLeft, undo } from './act-log.ts'

const failed = 'The tags stay as they were'

/**
 * Renames a tag on all images of all shelves, and in the smart collections that name it. If the new name is a tag
 * already, the two are merged.
 */
export async function renameTag(store: GalleryStore, tag: string, name: string): Promise<void> {
  await changeTag(store, tag, { label: 'rename tag', done: `Tag renamed to ${name}` }, name)
}

/** Takes a tag off all images. The images stay. */
export async function deleteTag(store: GalleryStore, tag: string): Promise<void> {
  await changeTag(store, tag, { label: 'delete tag', done: `Tag ${tag} deleted. Its images are kept.` })
}

async function changeTag(store: GalleryStore, tag: string, words: { label: string; done: string }, name?: string) {
  try {
    const finder = finderOf(store)
    const ids = await finder.tagged(tag)
    const having = new Set(name === undefined ? [] : await finder.tagged(name))
    const lacking = ids.filter((id) => !having.has(id))
    const changes = [
      tagChange(tag, ids, false),
      ...(name === undefined ? [] : [tagChange(name, lacking, true), ...(await ruleChanges(store, tag, name))]),
    ]
    const performed = await perform(store, { label: words.label, changes }, failed)
    if (!performed) return
    sayLeft(performed.outcome)
    const action = { label: 'Undo', onSelect: () => void undo(store, performed.command.id) }
    notify({ text: words.done, action })
  } catch (error) {
    sayFailure(failed, error)
  }
}

async function ruleChanges(store: GalleryStore, tag: string, name: string): Promise<CollectionChange[]> {
  const collections = await store.collections.all()
  return collections.flatMap((from) => {
    const rule = ruleWithRenamedTag(from.rule, tag, name)
    if (rule === undefined || rule === from.rule) return []
    return { kind: 'collection' as const, id: from.id, from, to: { ...from, rule } }
  })
}

function tagChange(name: string, ids: readonly PictureId[], isTagged: boolean) {
  return { kind: 'image', field: 'tag', name, ids, from: !isTagged, to: isTagged } as const
}
