import { type IDBPDatabase, type IDBPTransaction, openDB } from 'idb'
import { GenerationError, toFailure } from '#domain/failure.ts'
import { type Writing, withMarkers } from './picture-writes.ts'
import { type Names, type Schema, type UpgradeStep, upgradeSteps } from './schema.ts'
import type { StoreHealth } from './store.ts'

type Connection = IDBPDatabase<Schema>
type Mode = 'readonly' | 'readwrite'
type Reading<Stores extends Names[]> = IDBPTransaction<Schema, Stores, 'readonly'>

/**
 * An open database. Both methods run one transaction and repeat it once if the browser closed the connection; `work`
 * may only await the transaction's own requests. They reject with a `GenerationError` of kind `storage`.
 */
export interface Database {
  read<T, const Stores extends Names[]>(
    stores: Stores,
    work: (transaction: Reading<Stores>) => Promise<T> | T,
  ): Promise<T>
  /** Resolves when everything is on disk. When it rejects, nothing has changed. */
  write<T, const Stores extends Names[]>(
    stores: Stores,
    work: (transaction: Writing<Stores>) => Promise<T> | T,
  ): Promise<T>
  close(): void
}

interface DatabaseOptions {
  onHealth(health: StoreHealth): void
  steps?: readonly UpgradeStep[]
}

/**
 * Opens or creates a database. Resolves when it is open, when an older window blocks it (calls then wait), or when it
 * is newer than this code (calls then reject). Rejects when the browser provides no database.
 */
export async function openDatabase(
  name: string,
  { onHealth, steps = upgradeSteps }: DatabaseOptions,
): Promise<Database> {
  const { connect, drop, close, stalled } = createConnector(name, steps, onHealth)

  async function attempt<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const used = connect()
    try {
      return await work(await used)
    } catch (error) {
      if (!isLostConnection(error)) throw error
      await drop(used)
      return work(await connect())
    }
  }

  const use = <T>(work: (connection: Connection) => Promise<T>) =>
    attempt(work).catch((error: unknown) => {
      throw toStorageError(error)
    })

  // A database that fails to open often opens at the second try. A newer one stays refused and reports that by its
  // health.
  const opened = connect()
    .catch((error: unknown) => (nameOf(error) === 'VersionError' ? undefined : connect()))
    .then(() => undefined)
  await Promise.race([opened, stalled])

  return {
    read: (stores, work) => use((connection) => transact(connection, stores, 'readonly', work)),
    write: (stores, work) =>
      use((connection) =>
        transact(connection, withMarkers(stores), 'readwrite', (transaction) => work(transaction as never)),
      ),
    close,
  }
}

/** Keeps one connection, opens it again after the browser closed it, and closes it for good for a newer version. */
function createConnector(name: string, steps: readonly UpgradeStep[], onHealth: DatabaseOptions['onHealth']) {
  let connection: Promise<Connection> | undefined
  let refusal: string | undefined
  let reportStall: () => void = () => undefined
  const stalled = new Promise<void>((resolve) => {
    reportStall = resolve
  })

  function outdate() {
    refusal = 'a newer version of Atelier is open in another window; reload this one'
    onHealth('outdated')
  }

  async function open(): Promise<Connection> {
    try {
      const opened = await openDB<Schema>(name, steps.length, {
        upgrade: (database, version, _next, transaction) => upgrade(database, version, transaction, steps),
        blocked() {
          onHealth('blocked')
          reportStall()
        },
        blocking(_version, next, event) {
          // The newer window, or the deletion, can only go on when this connection is closed.
          ;(event.target as IDBDatabase).close()
          connection = undefined
          if (next !== null) outdate()
        },
        terminated() {
          connection = undefined
        },
      })
      if (refusal === undefined) onHealth('ok')
      return opened
    } catch (error) {
      connection = undefined
      if (nameOf(error) === 'VersionError') outdate()
      throw error
    }
  }

  return {
    stalled,
    connect() {
      if (refusal !== undefined) return Promise.reject(storageError(refusal))
      // The browser may throw at once, and `open` would then clear the connection before it is assigned here.
      connection ??= Promise.resolve().then(open)
      return connection
    },
    async drop(used: Promise<Connection>) {
      if (connection === used) connection = undefined
      const lost = await used.catch(() => undefined)
      lost?.close()
    },
    close() {
      refusal ??= 'the gallery was closed'
      connection?.then((opened) => opened.close()).catch(() => undefined)
    },
  }
}

async function upgrade(
  connection: Connection,
  version: number,
  transaction: Parameters<UpgradeStep>[1],
  steps: readonly UpgradeStep[],
) {
  // When this transaction is aborted, opening rejects as well.
  transaction.done.catch(() => undefined)
  try {
    for (const step of steps.slice(version)) await step(connection, transaction)
  } catch {
    transaction.abort()
  }
}

async function transact<T, Stores extends Names[], M extends Mode>(
  connection: Connection,
  stores: Stores,
  mode: M,
  work: (transaction: IDBPTransaction<Schema, Stores, M>) => Promise<T> | T,
): Promise<T> {
  const transaction = connection.transaction(stores, mode, { durability: 'strict' })
  transaction.done.catch(() => undefined)
  try {
    const result = await work(transaction)
    if (mode === 'readwrite') await transaction.done
    return result
  } catch (error) {
    try {
      transaction.abort()
    } catch {
      // The transaction has already ended.
    }
    await transaction.done.catch(() => undefined)
    // Only the transaction's error names a full disk; its requests just say "aborted".
    throw transaction.error ?? error
  }
}

function isLostConnection(error: unknown): boolean {
  return ['InvalidStateError', 'AbortError', 'UnknownError'].includes(nameOf(error))
}

function nameOf(error: unknown): string {
  return error !== null && typeof error === 'object' ? String((error as { name?: unknown }).name) : ''
}

export function storageError(detail: string): GenerationError {
  return new GenerationError({ kind: 'storage', detail })
}

/** Any error as the one kind the store rejects with. A full disk is recognised anywhere in the chain of causes. */
export function toStorageError(error: unknown): GenerationError {
  const seen = new Set<unknown>()
  for (let cause = error; cause !== null && typeof cause === 'object' && !seen.has(cause); ) {
    seen.add(cause)
    const name = nameOf(cause)
    if (name === 'GenerationError' || name === 'QuotaExceededError') return new GenerationError(toFailure(cause))
    const { cause: next, inner } = cause as { cause?: unknown; inner?: unknown }
    cause = next ?? inner
  }
  const failure = toFailure(error)
  return storageError('detail' in failure ? failure.detail : failure.kind)
}
