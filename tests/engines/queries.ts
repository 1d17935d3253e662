import { readFile } from 'node:fs/promises'
import { type GivenFile, type Query, type Share, timeoutMs } from './door.ts'
import type { InPage, SentQuery } from './in-page.ts'

export function toSent({ role, name, within }: Query): SentQuery {
  return {
    role,
    ...(name !== undefined && { name: typeof name === 'string' ? name : { source: name.source, flags: name.flags } }),
    ...(within && { within: toSent(within) }),
  }
}

export function describeQuery({ role, name, within }: Query): string {
  const own = name === undefined ? role : `${role} ${typeof name === 'string' ? `"${name}"` : name}`
  return within ? `${own} in ${describeQuery(within)}` : own
}

/** The functions of `in-page.ts`, for code that runs in the page. */
declare global {
  var engineDoor: InPage
}

/** Repeats a query until it has a result; fails after `timeoutMs` with a message that names the query. */
export async function untilFound<Found>(query: Query, find: () => Promise<Found | null>): Promise<Found> {
  const endsAt = performance.now() + timeoutMs
  for (;;) {
    const found = await find().catch((error: unknown) => {
      if (performance.now() > endsAt) throw error
      return null
    })
    if (found) return found
    if (performance.now() > endsAt) throw new Error(`There is no ${describeQuery(query)}.`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export function inBase64(files: readonly GivenFile[]) {
  return Promise.all(
    files.map(async ({ name, type, path }) => ({ name, type, base64: (await readFile(path)).toString('base64') })),
  )
}

export interface PagePoint {
  x: number
  y: number
}

/** Points of an element as positions in the page's viewport, in whole CSS pixels. `box`: of the element. */
export function toPagePoints(box: DOMRectReadOnly, points: readonly Share[]): PagePoint[] {
  return points.map(([across, down]) => ({
    x: Math.round(box.x + box.width * across),
    y: Math.round(box.y + box.height * down),
  }))
}
