import type { PictureId } from '#domain/ids.ts'
import { isRecord } from '#domain/is-record.ts'
import type { Draft } from '#domain/run.ts'
import { families, findFamily } from '#models/catalogue.ts'
import { adoptForm } from '#models/model.ts'

/** What is being composed. It belongs to its window; a new window starts with what was composed last in any window. */
export interface Composition {
  family: string
  drafts: Readonly<Record<string, Draft>>
  /** Source images by family, in order. Only ids; the bytes are in the store. */
  sources: Readonly<Record<string, readonly PictureId[]>>
}

export const initialComposition: Composition = { family: families[0]?.id ?? '', drafts: {}, sources: {} }

export function compositionOf({ family, drafts, sources }: Composition): Composition {
  return { family, drafts, sources }
}

/** The valid part of what was stored, so that a damaged record never keeps the page from opening. */
export function adoptComposition(stored: unknown): Composition {
  if (!isRecord(stored)) return initialComposition
  const { family, drafts, sources } = stored
  return {
    family: typeof family === 'string' && findFamily(family) ? family : initialComposition.family,
    drafts: mapRecord(drafts, toDraft),
    sources: mapRecord(sources, toSources),
  }
}

/** The complete draft of a family. */
export function draftOf(drafts: Composition['drafts'], id: string): Draft {
  const family = findFamily(id)
  return family ? adoptForm(family, drafts[id] ?? {}) : {}
}

function toDraft(value: unknown): Draft | undefined {
  if (!isRecord(value)) return undefined
  const sound = Object.entries(value).filter(([, field]) => ['string', 'number', 'boolean'].includes(typeof field))
  return Object.fromEntries(sound) as Draft
}

function toSources(value: unknown): readonly PictureId[] | undefined {
  if (!Array.isArray(value)) return undefined
  return [...new Set(value.filter((id): id is PictureId => typeof id === 'string' && id !== ''))]
}

function mapRecord<T>(value: unknown, convert: (member: unknown) => T | undefined): Readonly<Record<string, T>> {
  if (!isRecord(value)) return {}
  const members = Object.entries(value).flatMap(([name, member]) => {
    const converted = convert(member)
    return converted === undefined ? [] : [[name, converted] as const]
  })
  return Object.fromEntries(members)
}
