import { type Edit, type EditDocument, isEdited, type Mark, markColours } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { isRecord } from '#domain/is-record.ts'

/** The edit of one image, and what part of it is sent; absent: the suggested part. */
export interface BaseEdit {
  document: EditDocument
  way?: Edit['way'] | undefined
}

export type Edits = Readonly<Record<PictureId, BaseEdit>>

/** Older ones are dropped, because they share the browser's few megabytes with the drafts. */
const mostKept = 20

/** Adds a document at the end, in place of an older one. Documents that change nothing are left out. */
export function withEdit(edits: Edits, document: EditDocument, way: BaseEdit['way']): Edits {
  const others = Object.entries(withoutEdit(edits, document.base))
  const own = isEdited(document) ? [[document.base, { document, ...(way ? { way } : {}) }] as const] : []
  return Object.fromEntries([...others, ...own].slice(-mostKept))
}

export function withoutEdit(edits: Edits, base: PictureId): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([other]) => other !== base))
}

/** The valid part of what was stored. */
export function adoptEdits(stored: unknown): Edits {
  if (!isRecord(stored)) return {}
  const edits = Object.entries(stored as Record<string, BaseEdit>).filter(([base, edit]) => isEdit(base, edit))
  return Object.fromEntries(edits.map(([base, edit]) => [base, withSoundMarks(edit)]))
}

function withSoundMarks({ document, ...rest }: BaseEdit): BaseEdit {
  const marks: unknown = document.marks
  return { ...rest, document: { ...document, marks: Array.isArray(marks) ? marks.filter(isMark) : [] } }
}

function isMark(value: unknown): value is Mark {
  if (!isRecord(value) || !Number.isInteger(value.n)) return false
  if (!markColours.some((colour) => colour === value.colour)) return false
  return [value.box, value.points, value.at, value.from].some(Array.isArray)
}

function isEdit(base: string, edit: unknown): boolean {
  if (!isRecord(edit) || !isRecord(edit.document)) return false
  const { v, area, frame, base: own } = edit.document
  const isStep = (step: unknown) => isRecord(step) && (step.op === 'invert' || isRecord(step.shape))
  return v === 1 && own === base && isRecord(frame) && Array.isArray(area) && area.every(isStep)
}
