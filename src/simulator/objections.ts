import type * as z from 'zod/mini'
import type { CheckedFamily } from '#models/model.ts'
import { bodySchema } from '#models/objections.ts'
import { type Files, mimeOf } from './files.ts'

/** How the service refuses: a loosely used code, and a message. */
export interface Objection {
  code: number
  msg: string
}

type Issue = z.core.$ZodIssue
type Members = Record<string, unknown>

const mostSourceBytes = 10 * 2 ** 20

/**
 * Finds the family of a body and checks it as the service does: unknown members are ignored, `null` counts as absent,
 * everything else has to match the family's own schema. docs/services.md 2.1, 3.1 and 13.
 */
export function checkBody(
  families: readonly CheckedFamily[],
  json: unknown,
): { family: CheckedFamily; body: unknown } | Objection {
  if (!isMembers(json)) return { code: 422, msg: 'The request body is not a JSON object' }
  const sent = withoutNulls(json)
  const attempts = families.map((family) => ({ family, ...attempt(family, sent) }))
  const fitting = attempts.find(({ issues }) => issues.length === 0)
  if (fitting) return { family: fitting.family, body: fitting.body }
  const nearest = attempts.find(({ issues }) => !issues.some((issue) => issue.path[0] === 'model')) ?? attempts[0]
  const [issue] = nearest?.issues ?? []
  return issue ? toObjection(issue, sent) : { code: 404, msg: 'The requested resource is not available' }
}

/** Every source has to be an image that this service can fetch. docs/services.md 3.1 and 13. */
export function checkSources(
  sourceUrls: readonly string[],
  field: string,
  files: Files,
): { sources: Uint8Array[] } | Objection {
  const sources: Uint8Array[] = []
  for (const url of sourceUrls) {
    const isPictureName = URL.canParse(url) && /\.(jpe?g|png|webp)$/i.test(new URL(url).pathname)
    const bytes = isPictureName ? files.bytesAt(url) : undefined
    if (!bytes || mimeOf(bytes) === 'application/octet-stream') {
      return { code: 500, msg: `${field} file type not supported` }
    }
    if (bytes.byteLength > mostSourceBytes) return { code: 500, msg: `${field} must be at most 10MB per image` }
    sources.push(bytes)
  }
  return { sources }
}

function attempt(family: CheckedFamily, sent: Members): { body: unknown; issues: readonly Issue[] } {
  const first = bodySchema(family).safeParse(sent)
  if (first.success) return { body: sent, issues: [] }
  // A schema's last checks are skipped while a member is unknown, so unknown members are removed and the body is
  // checked again.
  const body = structuredClone(sent)
  for (const issue of first.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const holder = at(body, issue.path)
    if (isMembers(holder)) for (const key of issue.keys) delete holder[key]
  }
  const second = bodySchema(family).safeParse(body)
  return { body, issues: second.success ? [] : second.error.issues }
}

function toObjection(issue: Issue, body: Members): Objection {
  const field = String(issue.path.find((part) => typeof part === 'string' && part !== 'input') ?? 'input')
  const value = at(body, issue.path)
  const isJob = 'input' in body
  switch (field) {
    case 'model':
      return value === undefined
        ? { code: 500, msg: 'model is required' }
        : { code: 422, msg: 'The model name you specified is not supported' }
    case 'prompt':
      if (value === undefined) return { code: isJob ? 500 : 422, msg: 'prompt is required' }
      return value === '' && !isJob
        ? { code: 422, msg: 'prompt is required' }
        : { code: 422, msg: `prompt must be ${isJob ? 3 : 1} to 5000 characters` }
    case 'safetyTolerance': {
      const range = body.inputImage === undefined ? '0-6' : '0-2 for editing'
      return { code: 500, msg: `safetyTolerance out of range, should be ${range}` }
    }
    case 'input_urls':
      if (issue.code === 'too_big') return { code: 422, msg: 'input_urls supports at most 8 images' }
      if (value === undefined || issue.code === 'too_small') return { code: 500, msg: 'input_urls is required' }
      return { code: 500, msg: 'input_urls file type not supported' }
    case 'inputImage':
      return { code: 500, msg: 'inputImage file type not supported' }
  }
  if (value === undefined) return { code: 500, msg: `${field} is required` }
  if (issue.code === 'invalid_value') return { code: 500, msg: `${field} is not within the range of allowed options` }
  return { code: 422, msg: `Invalid ${field} parameter` }
}

function isMembers(value: unknown): value is Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function withoutNulls(members: Members): Members {
  const kept = Object.entries(members).filter(([, value]) => value !== null)
  return Object.fromEntries(kept.map(([name, value]) => [name, isMembers(value) ? withoutNulls(value) : value]))
}

function at(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    return value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[part] : undefined
  }, body)
}
