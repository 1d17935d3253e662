import type { Change, Command } from '#domain/command.ts'
import type { PictureId } from '#domain/ids.ts'
import { finderOf } from '#library/find/finder-of.ts'
import { missingIn, savedQuery } from '#library/find/saved-query.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { perform, sayFailure, undo, withLeft } from './act-log.ts'
import { describeStillAsking, renameInRules, renameInSearch } from './renaming.ts'

const failed = 'The tags stay as they were'

/**
 * Renames a tag on all images of all shelves, in the smart collections that name it and in the open searches. If the new
 * name is a tag already, the two are merged.
 */
export async function renameTag(store: GalleryStore, tag: string, name: string): Promise<void> {
  await act(store, 'rename tag', async () => {
    const finder = finderOf(store)
    const ids = await finder.tagged(tag)
    const having = new Set(await finder.tagged(name))
    const lacking = ids.filter((id) => !having.has(id))
    const renamed = { kind: 'tag', from: tag, to: name } as const
    const rules = renameInRules(await store.collections.all(), renamed)
    const ruleChanges = rules.map((edit) => ({ kind: 'collection' as const, id: edit.from.id, ...edit }))
    return {
      changes: [tagChange(tag, ids, false), tagChange(name, lacking, true), ...ruleChanges, ...renameInSearch(renamed)],
      renames: { ...renamed, joins: having.size > 0 },
      done: `Tag renamed to “${name}”`,
    }
  })
}

/** Takes a tag off all images. The images stay, and so do smart collections that ask for the tag. */
export async function deleteTag(store: GalleryStore, tag: string): Promise<void> {
  await act(store, 'delete tag', async () => {
    const finder = finderOf(store)
    const others = (await finder.tags()).map(({ value }) => value).filter((value) => value !== tag)
    const asking = (await store.collections.all()).filter(({ rule }) => {
      const query = savedQuery(rule)
      if (!query) return false
      // Without this tag, more of what it asks for is missing.
      return missingIn(query, others, []).tags.length > missingIn(query, [...others, tag], []).tags.length
    })
    return {
      changes: [tagChange(tag, await finder.tagged(tag), false)],
      done: `Tag “${tag}” deleted. Its images are kept.${describeStillAsking(asking)}`,
    }
  })
}

async function act(
  store: GalleryStore,
  label: string,
  plan: () => Promise<{ changes: readonly Change[]; renames?: Command['renames']; done: string }>,
): Promise<void> {
  try {
    const { done, ...planned } = await plan()
    const performed = await perform(store, { label, ...planned }, failed)
    if (!performed) return
    const text = withLeft(done, performed.outcome)
    notify({ text, action: { label: 'Undo', onSelect: () => void undo(store, performed.command.id) } })
  } catch (error) {
    sayFailure(failed, error)
  }
}

function tagChange(name: string, ids: readonly PictureId[], isTagged: boolean) {
  return { kind: 'image', field: 'tag', name, ids, from: !isTagged, to: isTagged } as const
}
