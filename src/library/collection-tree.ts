import type { Collection } from '#domain/collection.ts'
import type { CollectionId } from '#domain/ids.ts'

/** A collection in the list. */
export interface Branch {
  collection: Collection
  /** 0: at the top. */
  depth: number
}

/** Deeper collections are shown at this depth, so that their names stay readable. */
const mostDepth = 6

/**
 * All collections, each below its parent, in the manual order. A collection whose parent is deleted, or is one of its own
 * descendants, is listed at the top level.
 */
export function treeOf(collections: readonly Collection[]): Branch[] {
  const listed: Branch[] = []
  const seen = new Set<CollectionId>()
  const list = (parent: CollectionId | undefined, depth: number) => {
    for (const collection of childrenOf(collections, parent)) {
      if (seen.has(collection.id)) continue
      seen.add(collection.id)
      listed.push({ collection, depth })
      list(collection.id, Math.min(mostDepth, depth + 1))
    }
  }
  list(undefined, 0)
  // The remaining ones are in a cycle.
  for (const collection of collections) {
    if (seen.has(collection.id)) continue
    seen.add(collection.id)
    listed.push({ collection, depth: 0 })
    list(collection.id, 1)
  }
  return listed
}

/** The collections directly below `parent`, in order. Without a parent: those at the top. */
export function childrenOf(collections: readonly Collection[], parent: CollectionId | undefined): Collection[] {
  const known = new Set(collections.map(({ id }) => id))
  const parentOf = ({ parent: own }: Collection) => (own !== undefined && known.has(own) ? own : undefined)
  return collections
    .filter((each) => parentOf(each) === parent)
    .sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
}

/** The collection and all below it. */
export function withDescendants(
  collections: readonly Pick<Collection, 'id' | 'parent'>[],
  id: CollectionId,
): Set<CollectionId> {
  const found = new Set([id])
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const { id: each, parent } of collections) if (parent !== undefined && found.has(parent)) found.add(each)
  }
  return found
}

export type Move = 'up' | 'down' | 'into' | 'out'

/**
 * What changes when a collection is moved by one step: up or down among its siblings, into the one before it, or out of its
 * parent. Nothing where there is no such step.
 */
export function stepped(collections: readonly Collection[], id: CollectionId, move: Move): Collection[] {
  const own = collections.find((each) => each.id === id)
  if (!own) return []
  const siblings = childrenOf(collections, own.parent)
  const at = siblings.findIndex((each) => each.id === id)
  switch (move) {
    case 'up':
      return at > 0 ? placed(collections, id, { parent: own.parent, before: siblings[at - 1]?.id }) : []
    case 'down':
      return at >= 0 && at < siblings.length - 1
        ? placed(collections, id, { parent: own.parent, before: siblings[at + 2]?.id })
        : []
    case 'into': {
      const before = siblings[at - 1]
      return before ? placed(collections, id, { parent: before.id, before: undefined }) : []
    }
    case 'out': {
      const parent = collections.find((each) => each.id === own.parent)
      if (!parent) return []
      const uncles = childrenOf(collections, parent.parent)
      const next = uncles[uncles.findIndex((each) => each.id === parent.id) + 1]
      return placed(collections, id, { parent: parent.parent, before: next?.id })
    }
  }
}

/** What changes when a collection is put under `parent`, before one of those there, or at their end. */
export function placed(
  collections: readonly Collection[],
  id: CollectionId,
  { parent, before }: { parent: CollectionId | undefined; before: CollectionId | undefined },
): Collection[] {
  const own = collections.find((each) => each.id === id)
  // A collection cannot be moved into itself or into one below it.
  if (!own || before === id || (parent !== undefined && withDescendants(collections, id).has(parent))) return []
  const others = childrenOf(collections, parent).filter((each) => each.id !== id)
  const at = before === undefined ? others.length : others.findIndex((each) => each.id === before)
  if (at < 0) return []
  const { parent: _parent, ...free } = own
  const put: Collection = parent === undefined ? free : { ...free, parent }
  return [...others.slice(0, at), put, ...others.slice(at)]
    .map((each, order) => ({ ...each, order }))
    .filter((each) => !collections.some((known) => isSamePlace(known, each)))
}

function isSamePlace(a: Collection, b: Collection): boolean {
  return a.id === b.id && a.order === b.order && a.parent === b.parent
}

/** All images of a collection in their new order: `moved` before one of them, or at the end. */
export function resequenced<Id>(all: readonly Id[], moved: readonly Id[], before: Id | undefined): Id[] {
  const leaving = new Set(moved)
  const others = all.filter((each) => !leaving.has(each))
  const place = before === undefined ? all.length : all.indexOf(before)
  if (place < 0) return [...all]
  // Moved before one that is moved itself: they come before the next one that stays.
  const next = all.slice(place).find((each) => !leaving.has(each))
  const at = next === undefined ? others.length : others.indexOf(next)
  return [...others.slice(0, at), ...moved, ...others.slice(at)]
}
