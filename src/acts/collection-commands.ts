import type { Collection } from '#domain/collection.ts'
import type { CollectionChange, Command, ComposedChange } from '#domain/command.ts'
import type { CollectionId } from '#domain/ids.ts'
import { fold } from '#library/find/fold.ts'
import { savedQuery } from '#library/find/saved-query.ts'
import { newId } from '#platform/ids.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { perform, sayLeft, undo, withLeft } from './act-log.ts'
import { describeStillAsking, leaveInSearch, renameInRules, renameInSearch, type SearchChange } from './renaming.ts'

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

/** For the open searches of other windows. */
interface Renames {
  renames: NonNullable<Command['renames']>
}

/** A new collection with this name. */
export function newCollection(about: Pick<Collection, 'name'> & Partial<Collection>): Collection {
  return { id: newId() as CollectionId, kind: 'plain', order: Date.now(), ...about }
}

/** Works out what to change from all collections as they are stored at that moment. */
type Plan = (all: readonly Collection[]) => readonly (CollectionEdit | SearchChange | Renames)[]

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
  const changes = edits.flatMap((edit): (CollectionChange | ComposedChange)[] => {
    if ('renames' in edit) return []
    if ('kind' in edit) return [edit]
    const { from, to } = edit
    const id = from?.id ?? to?.id
    return id === undefined ? [] : [{ kind: 'collection', id, from, to }]
  })
  if (changes.length === 0) return false
  const renames = edits.flatMap((edit) => ('renames' in edit ? edit.renames : []))[0]
  const command = { label, changes, ...(renames ? { renames } : {}) }
  const performed = await perform(store, command, 'The collections stay as they were')
  if (!performed) return false
  const { outcome } = performed
  if (outcome.changed === 0 || !isShown) sayLeft(outcome)
  if (outcome.changed === 0) return false
  if (!isShown) announce(done)
  else {
    const action = { label: 'Undo', onSelect: () => void undo(store, performed.command.id) }
    notify({ text: withLeft(done, outcome), action })
  }
  return true
}

/** The edit of one collection; none if it was deleted meanwhile. */
export function editOf(id: CollectionId, change: (now: Collection) => Collection): Plan {
  return (all) => all.filter((each) => each.id === id).map((from) => ({ from, to: change(from) }))
}

/** Gives a collection its new name, also where smart collections and open searches name it. */
export function renameCollection(store: GalleryStore, id: CollectionId, name: string): Promise<boolean> {
  return changeCollections(store, { label: 'rename collection', done: `Renamed to “${name}”` }, (all) => {
    const before = all.find((each) => each.id === id)
    if (!before) return []
    const renamed = { kind: 'collection', from: before.name, to: name } as const
    const next = all.map((each) => (each.id === id ? { ...each, name } : each))
    // Another collection of the same name is still called so.
    const isOther = (called: string) => all.some((each) => each.id !== id && fold(each.name) === fold(called))
    const isOnly = !isOther(before.name)
    const rules = isOnly ? renameInRules(next, renamed) : []
    const changed = next.map((each) => rules.find(({ from }) => from === each)?.to ?? each)
    return [
      ...all.flatMap((from, index) => (changed[index] === from ? [] : [{ from, to: changed[index] }])),
      ...(isOnly ? [...renameInSearch(renamed), { renames: { ...renamed, joins: isOther(name) } }] : []),
    ]
  })
}

/**
 * Deletes a collection. Nested ones move up to its parent, its images are kept, and an open search is no longer limited
 * to it. Smart collections that are limited to it stay.
 */
export async function deleteCollection(store: GalleryStore, { id }: Pick<Collection, 'id'>): Promise<void> {
  const asking = (await store.collections.all()).filter(({ rule }) => savedQuery(rule)?.collection === id)
  const done = `Collection deleted. Its images are kept.${describeStillAsking(asking)}`
  await changeCollections(store, { label: 'delete collection', done, isShown: true }, (all) => [
    ...all.flatMap((from) => {
      if (from.id === id) return { from }
      if (from.parent !== id) return []
      const { parent: _gone, ...each } = from
      const parent = all.find((other) => other.id === id)?.parent
      return { from, to: parent === undefined ? each : { ...each, parent } }
    }),
    ...leaveInSearch(id),
  ])
}
