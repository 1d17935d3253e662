import type { Collection } from './collection.ts'
import type { AreaStep, Frame, Mark } from './edit.ts'
import type { CollectionId, PictureId } from './ids.ts'
import { isRecord } from './is-record.ts'
import { type LabelColour, labelColours } from './marks.ts'
import type { Draft } from './run.ts'

/**
 * What acts can change about an image, with the type of each value. A new member also needs a line in `fieldChecks` and
 * in `store/act-records.ts`.
 */
export interface ImageFields {
  isBinned: boolean
  isStarred: boolean
  /** 0: none. */
  rating: number
  reject: boolean
  /** Empty: none. */
  colour: LabelColour | ''
  note: string
  /** Whether the image has the tag that the change names. */
  tag: boolean
  /** Whether the image is in the collection whose id the change names. */
  collection: boolean
  /** An answer that was not laid into its source is used as it is. */
  isUsedWhole: boolean
}

const fieldChecks: { readonly [Field in keyof ImageFields]: (value: unknown) => boolean } = {
  isBinned: (value) => typeof value === 'boolean',
  isStarred: (value) => typeof value === 'boolean',
  rating: (value) => [0, 1, 2, 3, 4, 5].some((known) => known === value),
  reject: (value) => typeof value === 'boolean',
  colour: (value) => value === '' || labelColours.some((known) => known === value),
  note: (value) => typeof value === 'string',
  tag: (value) => typeof value === 'boolean',
  collection: (value) => typeof value === 'boolean',
  isUsedWhole: (value) => typeof value === 'boolean',
}

/**
 * Stored with the images themselves. Each image is checked on its own: if its value is no longer `from`, it is left
 * alone.
 */
export type ImageChange = {
  [Field in keyof ImageFields]: {
    kind: 'image'
    field: Field
    /** The tag, or the id of the collection. */
    name?: string
    ids: readonly PictureId[]
    from: ImageFields[Field]
    to: ImageFields[Field]
  }
}[keyof ImageFields]

/** Stored. Left alone if the collection is no longer `from`. Without `from` it is new, without `to` it is deleted. */
export interface CollectionChange {
  kind: 'collection'
  id: CollectionId
  from?: Collection | undefined
  to?: Collection | undefined
}

export type StoredChange = ImageChange | CollectionChange

type DraftValue = Draft[string]

/** What one window is composing. A missing `from` or `to` means that nothing is there. */
export type ComposedChange =
  | { kind: 'draft'; family: string; field: string; from?: DraftValue | undefined; to?: DraftValue | undefined }
  /** Applied as the difference of the two lists, so that sources added since stay. */
  | { kind: 'sources'; family: string; from: readonly PictureId[]; to: readonly PictureId[] }
  | { kind: 'family'; from: string; to: string }
  /** The steps of an image's area from index `at` on: `from` was replaced by `to`. */
  | { kind: 'area'; base: PictureId; at: number; from: readonly AreaStep[]; to: readonly AreaStep[] }
  /** Width of the soft edge of an image's area. */
  | { kind: 'rim'; base: PictureId; from: number; to: number }
  /** One mark that is drawn on an image. Without `from` it is new, without `to` it is deleted. */
  | { kind: 'mark'; base: PictureId; id: string; from?: Mark | undefined; to?: Mark | undefined }
  /** How an image is cropped, turned or extended when it is sent. */
  | { kind: 'frame'; base: PictureId; from: Frame; to: Frame }
  | { kind: 'stage'; from?: PictureId | undefined; to?: PictureId | undefined }
  /** The open search of the gallery, as the rule of a smart collection. Left alone if the user has searched since. */
  | { kind: 'search'; from?: string | undefined; to?: string | undefined }
  /** The user's own prompt templates. Applied as the difference of the two lists. */
  | { kind: 'templates'; from: readonly string[]; to: readonly string[] }

export type Change = StoredChange | ComposedChange

/** A tag or a collection, by its name, and its new name. */
export interface Renaming {
  kind: 'tag' | 'collection'
  from: string
  to: string
}

/** One reversible act of the user. */
export interface Command {
  id: string
  /** In lower case, to follow "Undo": "move 6 images to bin". */
  label: string
  /** Epoch ms. */
  at: number
  /** The window in which it was done. Only that window undoes it. */
  window: string
  apply: readonly Change[]
  invert: readonly Change[]
  /**
   * What it renames, for the open searches of other windows. `joins`: the new name was in use before, so undoing does
   * not rename everything that has it.
   */
  renames?: Renaming & { joins: boolean }
  /** Present when it was undone; it can then be redone. */
  undoneAt?: number
}

export function isStored(change: Change): change is StoredChange {
  return change.kind === 'image' || change.kind === 'collection'
}

export function isComposed(change: Change): change is ComposedChange {
  return !isStored(change)
}

/** The changes that take these back, in reverse order. */
export function invertAll<C extends Change>(changes: readonly C[]): C[] {
  return changes.toReversed().map((change) => ({ ...change, from: change.to, to: change.from }))
}

/** How many items were changed, and how many were left alone because they had changed since. */
export interface Outcome {
  changed: number
  left: number
}

export function sumOutcomes(...outcomes: readonly Outcome[]): Outcome {
  return {
    changed: outcomes.reduce((sum, { changed }) => sum + changed, 0),
    left: outcomes.reduce((sum, { left }) => sum + left, 0),
  }
}

/** Whether a stored record is a command of a kind this version knows. */
export function isCommand(value: unknown): value is Command {
  if (!isRecord(value)) return false
  const { id, label, at, window, apply, invert, renames, undoneAt } = value
  return (
    [id, label, window].every((text) => typeof text === 'string') &&
    Number.isFinite(at) &&
    (undoneAt === undefined || Number.isFinite(undoneAt)) &&
    (renames === undefined || isRenaming(renames)) &&
    [apply, invert].every((changes) => Array.isArray(changes) && changes.every(isChange))
  )
}

const checks: Readonly<Record<Change['kind'], (change: Readonly<Record<string, unknown>>) => boolean>> = {
  image: ({ field, name, ids, from, to }) => {
    if (
      !(name === undefined || isText(name)) ||
      !isText(field) ||
      !Object.hasOwn(fieldChecks, field) ||
      !isTextList(ids)
    )
      return false
    return [from, to].every(fieldChecks[field as keyof ImageFields])
  },
  collection: ({ id, from, to }) => isText(id) && [from, to].every((each) => each === undefined || isCollection(each)),
  draft: ({ family, field }) => isText(family) && isText(field),
  sources: ({ family, from, to }) => isText(family) && isTextList(from) && isTextList(to),
  family: ({ from, to }) => isText(from) && isText(to),
  area: ({ base, at, from, to }) =>
    isText(base) && Number.isInteger(at) && [from, to].every((steps) => Array.isArray(steps) && steps.every(isRecord)),
  rim: ({ base, from, to }) => isText(base) && [from, to].every(Number.isFinite),
  mark: ({ base, id, from, to }) =>
    isText(base) && isText(id) && [from, to].every((mark) => mark === undefined || isRecord(mark)),
  frame: ({ base, from, to }) => isText(base) && [from, to].every(isRecord),
  stage: ({ from, to }) => [from, to].every((id) => id === undefined || isText(id)),
  search: ({ from, to }) => [from, to].every((rule) => rule === undefined || isText(rule)),
  templates: ({ from, to }) => isTextList(from) && isTextList(to),
}

function isChange(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.kind) || !Object.hasOwn(checks, value.kind)) return false
  return checks[value.kind as Change['kind']](value)
}

function isRenaming(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { kind, from, to, joins } = value
  return (kind === 'tag' || kind === 'collection') && isText(from) && isText(to) && typeof joins === 'boolean'
}

function isCollection(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { id, name, kind, order } = value
  return isText(id) && isText(name) && (kind === 'plain' || kind === 'smart') && Number.isFinite(order)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText)
