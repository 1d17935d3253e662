import type { AreaStep } from './edit.ts'
import type { PictureId } from './ids.ts'
import { type MarkColour, markColours } from './marks.ts'
import type { Draft } from './run.ts'

/** What acts can change about an image, with the type of each. A new one is a line here, in `fieldChecks` and in `store/act-records.ts`. */
export interface ImageFields {
  isBinned: boolean
  isStarred: boolean
  /** 0: none. */
  rating: number
  reject: boolean
  /** Empty: none. */
  colour: MarkColour | ''
  note: string
  /** Whether the image has the tag that the change names. */
  tag: boolean
  /** Whether the image is in the collection whose id the change names. */
  collection: boolean
}

const fieldChecks: { readonly [Field in keyof ImageFields]: (value: unknown) => boolean } = {
  isBinned: (value) => typeof value === 'boolean',
  isStarred: (value) => typeof value === 'boolean',
  rating: (value) => [0, 1, 2, 3, 4, 5].some((known) => known === value),
  reject: (value) => typeof value === 'boolean',
  colour: (value) => value === '' || markColours.some((known) => known === value),
  note: (value) => typeof value === 'string',
  tag: (value) => typeof value === 'boolean',
  collection: (value) => typeof value === 'boolean',
}

/** Stored with the images themselves. Each image counts for itself: one that no longer has `from` is left alone. */
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

type DraftValue = Draft[string]

/** What one window is composing. A missing `from` or `to`: nothing is there. */
export type ComposedChange =
  | { kind: 'draft'; family: string; field: string; from?: DraftValue | undefined; to?: DraftValue | undefined }
  /** The difference of the two lists is what counts: sources added since stay. */
  | { kind: 'sources'; family: string; from: readonly PictureId[]; to: readonly PictureId[] }
  | { kind: 'family'; from: string; to: string }
  /** Of the area of an image, the steps from `at` on: `from` became `to`. */
  | { kind: 'area'; base: PictureId; at: number; from: readonly AreaStep[]; to: readonly AreaStep[] }
  /** Width of the soft edge of an image's area. */
  | { kind: 'rim'; base: PictureId; from: number; to: number }
  | { kind: 'stage'; from?: PictureId | undefined; to?: PictureId | undefined }

export type Change = ImageChange | ComposedChange

/** One reversible act of a person. */
export interface Command {
  id: string
  /** In lower case, as it stands after "Undo": "move 6 images to bin". */
  label: string
  /** Epoch ms. */
  at: number
  /** The window it was done in, which alone undoes it. */
  window: string
  apply: readonly Change[]
  invert: readonly Change[]
  /** Present: it was undone then, and can be done again. */
  undoneAt?: number
}

export function isStored(change: Change): change is ImageChange {
  return change.kind === 'image'
}

export function isComposed(change: Change): change is ComposedChange {
  return change.kind !== 'image'
}

/** What takes these changes back, in the opposite order. */
export function invertAll<C extends Change>(changes: readonly C[]): C[] {
  return changes.toReversed().map((change) => ({ ...change, from: change.to, to: change.from }))
}

/** How many single things were changed, and how many were left because they have changed since. */
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

/** Whether a stored record is a command that this version understands. */
export function isCommand(value: unknown): value is Command {
  if (!isRecord(value)) return false
  const { id, label, at, window, apply, invert, undoneAt } = value
  return (
    [id, label, window].every((text) => typeof text === 'string') &&
    Number.isFinite(at) &&
    (undoneAt === undefined || Number.isFinite(undoneAt)) &&
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
  draft: ({ family, field }) => isText(family) && isText(field),
  sources: ({ family, from, to }) => isText(family) && isTextList(from) && isTextList(to),
  family: ({ from, to }) => isText(from) && isText(to),
  area: ({ base, at, from, to }) =>
    isText(base) && Number.isInteger(at) && [from, to].every((steps) => Array.isArray(steps) && steps.every(isRecord)),
  rim: ({ base, from, to }) => isText(base) && [from, to].every(Number.isFinite),
  stage: ({ from, to }) => [from, to].every((id) => id === undefined || isText(id)),
}

function isChange(value: unknown): boolean {
  if (!isRecord(value) || !isText(value.kind) || !Object.hasOwn(checks, value.kind)) return false
  return checks[value.kind as Change['kind']](value)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText)

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
