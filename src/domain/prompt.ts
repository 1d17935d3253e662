import type { PictureId } from './ids.ts'

/**
 * A prompt is plain text in which "@2" stands for the second source, so that it can be stored, copied and typed like
 * any text. In a recipe the numbers refer to the recipe's sources. In the form, `followSources` keeps them up to date.
 * "@?" stands for a source that was removed.
 */
export type PromptPart = string | { source: number | undefined }

/** A reference must not directly follow a letter, as it would in an e-mail address, and no letter may follow it. */
const reference = /(?<![\p{L}\p{N}_.@])@(\d{1,2}|\?)(?![\p{L}\p{N}_])/gu

/** Sources are counted from 0; `undefined` means that the source was removed. */
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

/** The text with each reference replaced by the result of `refer`, which gets the index of the source, from 0. */
export function wordReferences(text: string, refer: (source: number) => string): string {
  const word = (part: PromptPart) => {
    if (typeof part === 'string') return part
    return part.source === undefined ? writeReference(undefined) : refer(part.source)
  }
  return readPrompt(text).map(word).join('')
}

/** Why the references of a prompt cannot be sent; `undefined` if each one has its source. */
export function findLostReference(text: string, sourceCount: number): string | undefined {
  for (const part of readPrompt(text)) {
    if (typeof part === 'string') continue
    if (part.source === undefined) return 'The prompt names an image that was removed. Replace or delete @? in it.'
    if (part.source >= sourceCount) return `The prompt names image ${part.source + 1}, which is not there.`
  }
  return undefined
}

/**
 * The text after the sources have changed: a reference follows its image. If one image was replaced and nothing else
 * changed, the reference stays with the position.
 */
export function followSources(text: string, before: readonly PictureId[], after: readonly PictureId[]): string {
  const follow = (part: PromptPart) => {
    if (typeof part === 'string') return part
    const { source } = part
    // A reference without an image now did not have one before either.
    if (source === undefined || source >= before.length) return writeReference(source)
    const place = placeAfter(source, before, after)
    return writeReference(place < 0 ? undefined : place)
  }
  return readPrompt(text).map(follow).join('')
}

export function writeReference(source: number | undefined): string {
  return source === undefined ? '@?' : `@${source + 1}`
}

/** The new index of a source after a change; -1 if it was removed. */
function placeAfter(place: number, before: readonly PictureId[], after: readonly PictureId[]): number {
  const isReplaced =
    before.length === after.length && before.every((id, index) => index === place || after[index] === id)
  const id = before[place]
  return isReplaced || id === undefined ? place : after.indexOf(id)
}

/** The roles a source can have, and how each is described to a model. */
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

/** "Use image 1 as the subject and image 2 as the style reference."; empty if no source has a role. */
export function describeRoles(text: string, sourceCount: number, refer: (source: number) => string): string {
  const parts = readRoles(text, sourceCount).flatMap((role, index) =>
    role ? [`${refer(index)} as ${sourceRoles[role]}`] : [],
  )
  if (parts.length === 0) return ''
  const [last, ...others] = parts.toReversed()
  return `Use ${others.length > 0 ? `${others.toReversed().join(', ')} and ` : ''}${last}.`
}
