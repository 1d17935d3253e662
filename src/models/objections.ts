import * as z from 'zod/mini'
import type { Issue } from '#domain/failure.ts'
import type { CheckedFamily } from './model.ts'

const schemas = new WeakMap<CheckedFamily, z.ZodMiniType>()

/** The schema of the bodies that a family's service accepts. */
export function bodySchema(family: CheckedFamily): z.ZodMiniType {
  const schema = schemas.get(family) ?? family.body(z)
  schemas.set(family, schema)
  return schema
}

/** What the service would refuse in a body, in its own field names; empty if nothing. */
export function objections(family: CheckedFamily, body: unknown): Issue[] {
  const parsed = bodySchema(family).safeParse(body)
  if (parsed.success) return []
  return parsed.error.issues.map((issue) => ({ field: issue.path.join('.') || 'body', message: issue.message }))
}
