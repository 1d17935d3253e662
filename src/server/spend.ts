import { queryOf } from './edge/address.ts'
import type { Handler } from './edge/refusals.ts'
import { refused, sendJson, sendText } from './edge/refusals.ts'
import type { Log } from './log.ts'
import type { Budget, Spend } from './shared/memory/budget.ts'

/** `GET /api/spend`, for the holder of the admin token: credits and runs by name and day; as CSV with `?as=csv`. */
export function createSpendHandler(budget: Budget, log: Log): Handler {
  return async (incoming, outgoing) => {
    const rows = await budget.spent().catch((error: unknown) => {
      log.error({ err: error }, 'the spent credits could not be read')
      throw refused(503, 'The proxy cannot read the spent credits at the moment.', { retryAfterMs: 5000 })
    })
    if (queryOf(incoming).get('as') === 'csv') sendText(outgoing, 200, 'text/csv; charset=utf-8', toCsv(rows))
    else sendJson(outgoing, 200, { spend: rows })
  }
}

/** Names consist of letters, digits, ".", "_" and "-" only, so nothing needs quoting and nothing starts a formula. */
function toCsv(rows: readonly Spend[]): string {
  const lines = rows.map(({ day, name, credits, runs }) => [day, name, credits, runs].join(','))
  return `${['day,name,credits,runs', ...lines].join('\r\n')}\r\n`
}
