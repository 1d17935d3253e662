import type { IncomingMessage } from 'node:http'

type Addressed = Pick<IncomingMessage, 'url'>

/** What the request line names: usually a path, perhaps with a query. Node sets it for every request. */
export function targetOf({ url = '' }: Addressed): string {
  return url
}

/** The target without its query. */
export function pathOf(incoming: Addressed): string {
  const target = targetOf(incoming)
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}

/** The part of the path after the last "/": the value of a route that ends with one, such as "/:run". */
export function lastPartOf(incoming: Addressed): string {
  const path = pathOf(incoming)
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The parameters of the query; none without one. */
export function queryOf(incoming: Addressed): URLSearchParams {
  return new URLSearchParams(targetOf(incoming).slice(pathOf(incoming).length))
}
