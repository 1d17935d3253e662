import { GenerationError } from '#domain/failure.ts'
import { loadPart } from '#platform/load-part.ts'
import { openWorker } from '#platform/trusted-worker.ts'
import type { SearchSource } from '#store/store.ts'
import type { CallName, FromFinder, SearchCalls, ToFinder } from './finder-messages.ts'
import workerUrl from './finder-worker.ts?worker&url'
import type { Tidying } from './keep-tidy.ts'

/** Only needed if there is no worker. */
const loadSearch = async () => ({ ...(await import('./search.ts')), ...(await import('./keep-tidy.ts')) })

type Later<Call> = Call extends (...args: infer Args) => infer Value
  ? (...args: Args) => Promise<Awaited<Value>>
  : never

/**
 * Search as the page uses it. Calls reject with a `GenerationError` of kind `storage` when the store cannot be read.
 */
export type FinderClient = { [Name in CallName]: Later<SearchCalls[Name]> } & {
  /** Calls back when a result is out of date and should be found again. */
  subscribe(listener: () => void): () => void
  close(): void
}

/** Starts search, in a worker if there is one. The first answer waits until everything stored has been read. */
export function openFinder({ database, rows }: SearchSource): FinderClient {
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of [...listeners]) listener()
  }
  const here = () => openHere(rows, changed)
  const { call, close } =
    database !== undefined && typeof Worker !== 'undefined' ? openThere(database, changed, here) : here()
  const ask =
    <Name extends CallName>(name: Name) =>
    (...args: Parameters<SearchCalls[Name]>) =>
      call(name, args) as Promise<Awaited<ReturnType<SearchCalls[Name]>>>
  return {
    find: ask('find'),
    count: ask('count'),
    items: ask('items'),
    ids: ask('ids'),
    placesOf: ask('placesOf'),
    shapes: ask('shapes'),
    suggestion: ask('suggestion'),
    collections: ask('collections'),
    tags: ask('tags'),
    tagged: ask('tagged'),
    uncoloured: ask('uncoloured'),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      listeners.clear()
      close()
    },
  }
}

interface Calls {
  call(name: CallName, args: readonly unknown[]): Promise<unknown>
  close(): void
}

function openHere(rows: SearchSource['rows'], onChange: () => void): Calls {
  let tidying: Tidying | undefined
  const search = open()
  search.catch(onChange)
  async function open() {
    const { openSearch, keepTidy } = await loadPart(loadSearch)
    const opened = await openSearch(await rows(), () => {
      onChange()
      tidying?.later()
    })
    tidying = keepTidy(opened, 'atelier-search')
    return opened
  }
  return {
    async call(name, args) {
      const answer = (await search)[name] as (...given: readonly unknown[]) => unknown
      return answer(...args)
    },
    close() {
      tidying?.stop()
      search.then((opened) => opened.close()).catch(() => undefined)
    },
  }
}

/** In a worker. If it does not start, search runs on this thread. */
function openThere(database: string, onChange: () => void, openInstead: () => Calls): Calls {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void; retry(): void }>()
  let last = 0
  let instead: Calls | undefined
  const worker = openWorker(workerUrl, 'atelier-finder')
  const send = (message: ToFinder) => worker.postMessage(message)

  worker.addEventListener('message', ({ data }: MessageEvent<FromFinder>) => {
    if (data.kind === 'changed') return onChange()
    const call = waiting.get(data.call)
    waiting.delete(data.call)
    if (data.kind === 'done') call?.resolve(data.value)
    else call?.reject(new GenerationError(data.failure))
  })
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    worker.terminate()
    instead ??= openInstead()
    const calls = [...waiting.values()]
    waiting.clear()
    for (const { retry } of calls) retry()
    onChange()
  })
  send({ kind: 'open', database })

  return {
    call(name, args) {
      if (instead) return instead.call(name, args)
      return new Promise((resolve, reject) => {
        last += 1
        const retry = () => void instead?.call(name, args).then(resolve, reject)
        waiting.set(last, { resolve, reject, retry })
        send({ kind: 'call', call: last, name, args })
      })
    },
    close() {
      worker.terminate()
      instead?.close()
    },
  }
}
