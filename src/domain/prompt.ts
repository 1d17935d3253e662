import type { PictureId } from './ids.ts'

/**
 * A prompt is plain text in which "@2" stands for the second source, so that it is stored, copied and typed like any text.
 * In a recipe the numbers are those of its sources. While it is composed, `followSources` keeps them right. "@?" stands for a
 * source that was removed.
 */
export type PromptPart = string | { source: number | undefined }

/** A reference does not follow a letter, as in an e-mail address, and no letter follows it. */
const reference = /(?<![\p{L}\p{N}_.@])@(\d{1,2}|\?)(?![\p{L}\p{N}_])/gu

/** Sources count from 0; `undefined`: it was removed. */
export function readPrompt(text: string): PromptPart[] {
  const parts: PromptPart[] = []
  let end = 0
  for (const found of text.matchAll(reference)) {
    if (found.index > end) parts.push(text.slice(end, found.index))
    const number = Number(found[1])
    parts.push({ source: number >= 1 ? number - 1 : undefined })
    end = found.index + found[0].length
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}

/** The text with each reference in the words of `refer`, which is given the place of the source, from 0. */
export function wordReferences(text: string, refer: (source: number) => string): string {
  const word = (part: PromptPart) => {
    if (typeof part === 'string') return part
    return part.source === undefined ? writeReference(undefined) : refer(part.source)
  }
  return readPrompt(text).map(word).join('')
}

/** Why the references of a prompt cannot be sent; nothing where each has its source. */
export function findLostReference(text: string, sourceCount: number): string | undefined {
  for (const part of readPrompt(text)) {
    if (typeof part === 'string') continue
    if (part.source === undefined) return 'The prompt names an image that was removed. Replace or delete @? in it.'
    if (part.source >= sourceCount) return `The prompt names image ${part.source + 1}, which is not there.`
  }
  return undefined
}

/**
 * The text after a change of the sources: a reference follows its image. Where an image took the place of another and all
 * else stayed, the reference stays with the place.
 */
export function followSources(text: string, before: readonly PictureId[], after: readonly PictureId[]): string {
  const follow = (part: PromptPart) => {
    if (typeof part === 'string') return part
    const { source } = part
    // What names no image now did not name one before either.
    if (source === undefined || source >= before.length) return writeReference(source)
    const place = placeAfter(source, before, after)
    return writeReference(place < 0 ? undefined : place)
  }
  return readPrompt(text).map(follow).join('')
}

export function writeReference(source: number | undefined): string {
  return source === undefined ? '@?' : `@${source + 1}`
}

/** Where a source stands after a change; -1: it is gone. */
function placeAfter(place: number, before: readonly PictureId[], after: readonly PictureId[]): number {
  const isReplaced =
    before.length === after.length && before.every((id, index) => index === place || after[index] === id)
  const id = before[place]
  return isReplaced || id === undefined ? place : after.indexOf(id)
}

/** What a source can be there for, and how that is said to a model. */
export const sourceRoles = {
  subject: 'the subject',
  style: 'the style reference',
  pose: 'the pose reference',
  layout: 'the layout reference',
  background: 'the background',
} as const
export type SourceRole = keyof typeof sourceRoles

/** Roles are kept as text, in the order of the sources: "subject,,style". */
export function readRoles(text: string, sourceCount: number): (SourceRole | undefined)[] {
  const names = text.split(',')
  return Array.from({ length: sourceCount }, (_, index) => {
    const name = names[index] ?? ''
    return Object.hasOwn(sourceRoles, name) ? (name as SourceRole) : undefined
  })
}

export function writeRoles(roles: readonly (SourceRole | undefined)[]): string {
  return roles.some(Boolean) ? roles.map((role) => role ?? '').join(',') : ''
}

/** The roles after a change of the sources: each stays with its image. */
export function followRoles(text: string, before: readonly PictureId[], after: readonly PictureId[]): string {
  if (text === '') return ''
  const roles: (SourceRole | undefined)[] = after.map(() => undefined)
  for (const [index, role] of readRoles(text, before.length).entries()) {
    const place = placeAfter(index, before, after)
    if (place >= 0) roles[place] = role
  }
  return writeRoles(roles)
}

/** "Use image 1 as the subject and image 2 as the style reference."; nothing where no source has a role. */
export function describeRoles(text: string, sourceCount: number, refer: (source: number) => string): string {
  const parts = readRoles(text, sourceCount).flatMap((role, index) =>
    role ? [`${refer(index)} as ${sourceRoles[role]}`] : [],
  )
  if (parts.length === 0) return ''
  const [last, ...others] = parts.toReversed()
  return `Use ${others.length > 0 ? `${others.toReversed().join(', ')} and ` : ''}${last}.`
}
