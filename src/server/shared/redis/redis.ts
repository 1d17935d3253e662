import { createClient } from 'redis'
import type { Log } from '#server/log.ts'

/**
 * The Redis that proxies with one key share. Everything in it may be lost, and nothing in it is used without checks.
 */
export interface Redis {
  /**
   * Runs a script as one step. Rejects if there is no connection, or no answer in time; the script may have run then.
   */
  run(
    script: string,
    keys: readonly string[],
    values?: readonly (string | number)[],
    timeoutMs?: number,
  ): Promise<unknown>
  /** Receives all messages of the channel, while there is a connection. */
  listen(channel: string, listener: (message: string) => void): void
  /** Called now if there is a connection, and after each reconnection: messages published in between are lost. */
  onConnected(listener: () => void): void
  close(): Promise<void>
}

export interface RedisOptions {
  /** Longer than a slow Redis takes, shorter than users wait. */
  timeoutMs?: number
  /** How long the start waits for the first connection before it continues without one. */
  firstMs?: number
  /** How often an idle connection is used, so that it is not silent. */
  pingMs?: number
  /** A connection on which nothing arrives for this long is broken. */
  silentMs?: number
}

const longestPauseMs = 2000

/** Resolves even if Redis cannot be reached: it keeps trying, and every call is refused until then. */
export async function openRedis(url: string, log: Log, options: RedisOptions = {}): Promise<Redis> {
  const { timeoutMs = 3000, firstMs = 3000, pingMs = 6000, silentMs = 15_000 } = options
  const client = createClient({
    url,
    // Calls fail at once: nothing paid may wait in a queue.
    disableOfflineQueue: true,
    pingInterval: pingMs,
    socket: {
      connectTimeout: timeoutMs,
      socketTimeout: silentMs,
      reconnectStrategy: (tries) => reconnectPauseMs(tries),
    },
  })
  const listening = client.duplicate({ disableOfflineQueue: false })
  const connected = new Set<() => void>()
  let isBroken = false
  const noteBroken = (error: Error) => {
    if (!isBroken) log.error({ err: error }, 'Redis cannot be reached: submissions are refused until it can')
    isBroken = true
  }
  client.on('error', noteBroken)
  listening.on('error', noteBroken)
  const isConnected = () => client.isReady && listening.isReady
  const noteConnected = () => {
    if (!isConnected()) return
    if (isBroken) log.warn('Redis can be reached again')
    isBroken = false
    for (const listener of connected) listener()
  }
  client.on('ready', noteConnected)
  listening.on('ready', noteConnected)
  const opening = Promise.all([client.connect(), listening.connect()]).then(() => warnOfForgetting(client, log))
  await within(firstMs, opening).catch(noteBroken)

  return {
    run: (script, keys, values = [], ownTimeoutMs = timeoutMs) =>
      within(ownTimeoutMs, client.eval(script, { keys: [...keys], arguments: values.map(String) })),
    listen(channel, listener) {
      // Waits for the first connection; the client subscribes again after each reconnection.
      listening.subscribe(channel, listener).catch(noteBroken)
    },
    onConnected(listener) {
      connected.add(listener)
      if (isConnected()) listener()
    },
    async close() {
      client.destroy()
      listening.destroy()
    },
  }
}

/** Grows with each try, up to two seconds, and differs between proxies. `random`: from 0 to 1. */
export function reconnectPauseMs(tries: number, random: number = Math.random()): number {
  return Math.min(longestPauseMs, 50 * 2 ** tries) * (0.75 + random / 2)
}

function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Redis did not answer in time')), ms)
    asked.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** A Redis that evicts keys would lose the record of what was sent. */
async function warnOfForgetting(client: { info(section: string): Promise<unknown> }, log: Log): Promise<void> {
  const policy = /maxmemory_policy:(\S+)/.exec(String(await client.info('memory').catch(() => undefined)))?.[1]
  if (policy !== undefined && policy !== 'noeviction') {
    log.warn({ policy }, 'Redis may forget submissions to make room: set its maxmemory-policy to noeviction')
  }
}
