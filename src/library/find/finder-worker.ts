import { toFailure } from '#domain/failure.ts'
import { openSearchRows } from '#store/search-rows.ts'
import type { FromFinder, ToFinder } from './finder-messages.ts'
import { keepTidy, type Tidying } from './keep-tidy.ts'
import { openSearch, type Search } from './search.ts'

/** The worker behind `open-finder.ts`, with its own database connection. */
let search: Promise<Search> | undefined

const tell = (message: FromFinder) => self.postMessage(message)

async function open(database: string): Promise<Search> {
  let tidying: Tidying | undefined
  const opened = await openSearch(await openSearchRows(database), () => {
    tell({ kind: 'changed' })
    tidying?.later()
  })
  tidying = keepTidy(opened, `${database}-search`)
  return opened
}

self.addEventListener('message', async ({ data }: MessageEvent<ToFinder>) => {
  if (data.kind === 'open') {
    search = open(data.database)
    search.catch(() => undefined)
    return
  }
  const { call, name, args } = data
  try {
    const opened = await search
    const answer = opened?.[name] as ((...given: readonly unknown[]) => unknown) | undefined
    tell({ kind: 'done', call, value: await answer?.(...args) })
  } catch (error) {
    tell({ kind: 'failed', call, failure: toFailure(error) })
  }
})
