import type { Collection } from '#domain/collection.ts'
import type { CollectionChange } from '#domain/command.ts'
import type { CollectionId } from '#domain/ids.ts'
import { newId } from '#platform/ids.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { perform, sayLeft, undo } from './act-log.ts'

interface CollectionAct {
  /** In lower case, to follow "Undo": "rename collection". */
  label: string
  /** Said when it is done: "Renamed". */
  done: string
  /** `done` is shown as a notice with "Undo", too. */
  isShown?: boolean
}

/** Without `from` a collection is new, without `to` it is deleted. */
export interface CollectionEdit {
  from?: Collection | undefined
  to?: Collection | undefined
}

/** A collection as it is made by its name. */
export function newCollection(about: Pick<Collection, 'name'> & Partial<Collection>): Collection {
  return { id: newId() as CollectionId, kind: 'plain', order: Date.now(), ...about }
}

/** Works out what to change from all collections as they are stored at that moment. */
type Plan = (all: readonly Collection[]) => readonly CollectionEdit[]

let turn: Promise<unknown> = Promise.resolve()

/**
 * Changes collections in one act that can be undone. Calls run one after another, so that two quick presses are two
 * moves. Resolves to whether something was changed; a failure is said.
 */
export function changeCollections(store: GalleryStore, act: CollectionAct, plan: Plan): Promise<boolean> {
  const next = turn.then(() => carryOut(store, act, plan))
  turn = next.catch(() => undefined)
  return next
}

async function carryOut(store: GalleryStore, { label, done, isShown }: CollectionAct, plan: Plan): Promise<boolean> {
  const edits = plan(await store.collections.all())
  const changes = edits.flatMap(({ from, to }): CollectionChange[] => {
    const id = from?.id ?? to?.id
    return id === undefined ? [] : [{ kind: 'collection', id, from, to }]
  })
  if (changes.length === 0) return false
  const performed = await perform(store, { label, changes }, 'The collections stay as they were')
  if (!performed) return false
  sayLeft(performed.outcome)
  if (performed.outcome.changed === 0) return false
  if (isShown) notify({ text: done, action: { label: 'Undo', onSelect: () => void undo(store, performed.command.id) } })
  else announce(done)
  return true
}

/** The edit of one collection; none if it was deleted meanwhile. */
export function editOf(id: CollectionId, change: (now: Collection) => Collection): Plan {
  return (all) => all.filter((each) => each.id === id).map((from) => ({ from, to: change(from) }))
}
