import type { ComposedChange } from '#domain/command.ts'
import { type EditDocument, emptyDocument, type Mark } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { ComposedPlan } from '#library/command-log.ts'
import { findFamily } from '#models/catalogue.ts'
import { type Composition, draftOf } from '#workspace/composition.ts'
import { type Edits, withEdit } from '#workspace/edits.ts'
import { useWorkspace } from '#workspace/workspace.ts'

/** The parts of a window's state that can be undone. */
export interface Composed extends Composition {
  selected: PictureId | undefined
  search: string | undefined
  edits: Edits
  templates: readonly string[]
}

/** The changes that lead from one composition to another. */
export function diffComposed(before: Composed, after: Composed): ComposedChange[] {
  const families = new Set([before, after].flatMap(({ drafts, sources }) => [drafts, sources].flatMap(Object.keys)))
  return [
    ...(before.family === after.family ? [] : [{ kind: 'family', from: before.family, to: after.family } as const]),
    ...[...families].flatMap((family) => [...diffDraft(family, before, after), ...diffSources(family, before, after)]),
    ...diffEdits(before.edits, after.edits),
    ...(before.selected === after.selected
      ? []
      : [{ kind: 'stage', from: before.selected, to: after.selected } as const]),
    ...(before.search === after.search ? [] : [{ kind: 'search', from: before.search, to: after.search } as const]),
    ...(isSameList(before.templates, after.templates)
      ? []
      : [{ kind: 'templates', from: before.templates, to: after.templates } as const]),
  ]
}

function diffDraft(family: string, before: Composed, after: Composed): ComposedChange[] {
  const [from, to] = [draftOf(before.drafts, family), draftOf(after.drafts, family)]
  const fields = Object.keys(to).filter((field) => from[field] !== to[field])
  return fields.map((field) => ({ kind: 'draft', family, field, from: from[field], to: to[field] }))
}

function diffSources(family: string, before: Composed, after: Composed): ComposedChange[] {
  const [from, to] = [before.sources[family] ?? [], after.sources[family] ?? []]
  return isSameList(from, to) ? [] : [{ kind: 'sources', family, from, to }]
}

/** Steps are compared as objects: an act keeps the objects that it does not change. */
function diffEdits(before: Edits, after: Edits): ComposedChange[] {
  if (before === after) return []
  const bases = [...new Set([before, after].flatMap((edits) => Object.keys(edits) as PictureId[]))]
  return bases.flatMap((base) => {
    const [old, next] = [before, after].map((edits) => edits[base]?.document ?? emptyDocument(base))
    if (!old || !next || old === next) return []
    const [from, to] = [old.area, next.area]
    const differs = from.findIndex((step, index) => step !== to[index])
    const at = differs < 0 ? from.length : differs
    const isSameArea = at === from.length && at === to.length
    return [
      ...(isSameArea ? [] : [{ kind: 'area', base, at, from: from.slice(at), to: to.slice(at) } as const]),
      // Without an area, its rim is forgotten too.
      ...(old.rim === next.rim || from.length === 0 || to.length === 0
        ? []
        : [{ kind: 'rim', base, from: old.rim, to: next.rim } as const]),
      ...diffMarks(base, old.marks, next.marks),
      ...(isSame(old.frame, next.frame) ? [] : [{ kind: 'frame', base, from: old.frame, to: next.frame } as const]),
    ]
  })
}

function diffMarks(base: PictureId, before: readonly Mark[], after: readonly Mark[]): ComposedChange[] {
  if (before === after) return []
  const ids = [...new Set([...before, ...after].map(({ id }) => id))]
  return ids.flatMap((id) => {
    const [from, to] = [before, after].map((marks) => marks.find((mark) => mark.id === id))
    return from === to ? [] : [{ kind: 'mark', base, id, ...(from ? { from } : {}), ...(to ? { to } : {}) } as const]
  })
}

/**
 * Applies changes to what is composed now. A field is set whatever its present value: it belongs to this window, and
 * that value is kept for redo. For sources, only the difference is applied.
 */
export function planComposed(changes: readonly ComposedChange[]): ComposedPlan {
  const now = composedNow()
  const { next, left } = withChanges(now, changes)
  return {
    made: diffComposed(now, next),
    outcome: { changed: changes.length - left, left },
    commit: () => useWorkspace.setState(withChanges(composedNow(), changes).next),
  }
}

function composedNow(): Composed {
  const { family, drafts, sources, selected, search, edits, templates } = useWorkspace.getState()
  return { family, drafts, sources, selected, search, edits, templates }
}

function withChanges(state: Composed, changes: readonly ComposedChange[]): { next: Composed; left: number } {
  let next = state
  let left = 0
  for (const change of changes) {
    const changed = withChange(next, change)
    if (changed) next = changed
    else left += 1
  }
  return { next, left }
}

/** `undefined`: it does not fit the present state. */
function withChange(state: Composed, change: ComposedChange): Composed | undefined {
  switch (change.kind) {
    case 'family':
      return findFamily(change.to) && { ...state, family: change.to }
    case 'stage':
      // Another image was put there since, and stays.
      return state.selected === change.from ? { ...state, selected: change.to } : state
    case 'search':
      return state.search === change.from ? { ...state, search: change.to } : state
    case 'templates':
      return { ...state, templates: mergeList(state.templates, change.from, change.to) }
    case 'draft': {
      if (!findFamily(change.family) || change.to === undefined) return undefined
      const draft = { ...draftOf(state.drafts, change.family), [change.field]: change.to }
      return { ...state, drafts: { ...state.drafts, [change.family]: draft } }
    }
    case 'sources': {
      const most = findFamily(change.family)?.maxSources ?? 0
      const list = mergeList(state.sources[change.family] ?? [], change.from, change.to)
      return list.length > most ? undefined : { ...state, sources: { ...state.sources, [change.family]: list } }
    }
    case 'area':
    case 'rim':
    case 'mark':
    case 'frame': {
      const { document, way } = state.edits[change.base] ?? { document: emptyDocument(change.base), way: undefined }
      const next = withDocumentChange(document, change)
      return next && { ...state, edits: withEdit(state.edits, next, way) }
    }
  }
}

type DocumentChange = Extract<ComposedChange, { kind: 'area' | 'rim' | 'mark' | 'frame' }>

/** `undefined` if the value that the change starts from is not present. */
function withDocumentChange(document: EditDocument, change: DocumentChange): EditDocument | undefined {
  switch (change.kind) {
    case 'area': {
      const there = document.area.slice(change.at, change.at + change.from.length)
      if (document.area.length < change.at || !isSame(there, change.from)) return undefined
      return { ...document, area: document.area.toSpliced(change.at, there.length, ...change.to) }
    }
    case 'rim':
      return { ...document, rim: change.to }
    case 'mark': {
      if (!isSame(document.marks.find(({ id }) => id === change.id) ?? null, change.from ?? null)) return undefined
      const others = document.marks.filter(({ id }) => id !== change.id)
      const marks = change.to ? [...others, change.to].sort((one, other) => one.n - other.n) : others
      return { ...document, marks }
    }
    case 'frame':
      return isSame(document.frame, change.from) ? { ...document, frame: change.to } : undefined
  }
}

/**
 * Applies the difference between two lists to a third: removed items are removed, added items are put after the same
 * neighbour, and a new order is used for the items that are there.
 */
export function mergeList<T>(current: readonly T[], from: readonly T[], to: readonly T[]): T[] {
  const kept = current.filter((item) => to.includes(item) || !from.includes(item))
  const merged = [...kept]
  for (const [index, item] of to.entries()) {
    if (from.includes(item) || merged.includes(item)) continue
    const neighbour = to.slice(0, index).findLast((other) => merged.includes(other))
    merged.splice(neighbour === undefined ? 0 : merged.indexOf(neighbour) + 1, 0, item)
  }
  const common = (list: readonly T[]) => list.filter((item) => from.includes(item) && to.includes(item))
  if (isSameList(common(from), common(to)) || !isSameList(common(merged), common(from).filter(inList(merged)))) {
    return merged
  }
  const ordered = common(to).filter(inList(merged))
  return merged.map((item) => (from.includes(item) && to.includes(item) ? (ordered.shift() ?? item) : item))
}

const inList =
  <T>(list: readonly T[]) =>
  (item: T) =>
    list.includes(item)

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
