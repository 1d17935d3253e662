import type { Door, Query } from './door.ts'
import { toSent } from './queries.ts'

/** Queries for the elements of the page. */
const create: Query = { role: 'region', name: 'Create' }
const stage: Query = { role: 'region', name: 'Stage' }
const gallery: Query = { role: 'region', name: 'Gallery' }
const grid: Query = { role: 'grid', name: 'Gallery' }
const sources: Query = { role: 'list', name: 'Source images' }

export const at = {
  create,
  stage,
  gallery,
  grid,
  prompt: { role: 'textbox', name: 'Prompt', within: create },
  submit: { role: 'button', name: /^(Generate|Edit)/, within: create },
  files: { role: 'file', name: 'Add images', within: create },
  sources: { role: 'listitem', within: sources },
  tolerance: { role: 'slider', name: 'Safety tolerance', within: create },
  cells: { role: 'gridcell', within: grid },
  family: (name: string) => ({ role: 'tab', name, within: create }),
  choice: (group: string, name: string) => ({ role: 'radio', name, within: { role: 'radiogroup', name: group } }),
  /** A saved image whose prompt begins with this text; a running one has its phase in its name. */
  image: (prompt: string) => ({ role: 'gridcell', name: new RegExp(`^${prompt}`), within: grid }),
  staged: (prompt: string) => ({ role: 'img', name: new RegExp(`^${prompt}`), within: stage }),
} satisfies Record<string, Query | ((...given: string[]) => Query)>

export const countOf = (door: Door, query: Query) =>
  door.evaluate((given) => engineDoor.findAll(given).length, toSent(query))

export const attributeOf = (door: Door, query: Query, name: string) =>
  door.evaluate(({ query, name }) => engineDoor.find(query)?.getAttribute(name) ?? null, { query: toSent(query), name })

/** The value of an input or a text area. */
export const fieldOf = (door: Door, query: Query) =>
  door.evaluate((given) => (engineDoor.find(given) as HTMLInputElement | null)?.value, toSent(query))

/** The text of an element, or of the whole page. */
export const textOf = (door: Door, query: Query = { role: 'main' }) =>
  door.evaluate((given) => engineDoor.find(given)?.innerText ?? '', toSent(query))

/** Number of saved images of a prompt in the grid. */
export const savedOf = (door: Door, prompt: string) =>
  door.evaluate(
    (given) => document.querySelectorAll(`[role=gridcell][aria-label^="${given}"]:not([data-run-id])`).length,
    prompt,
  )
