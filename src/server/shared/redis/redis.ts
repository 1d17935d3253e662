import { createClient } from 'redis'
import type { Log } from '#server/log.ts'

/** What the proxies of one key share. Everything in it may be lost; nothing in it may be believed unseen. */
export interface Redis {
  /** Runs a script as one step. Rejects where there is no connection now, or no answer in time; it may have run then. */
  run(
    script: string,
    keys: readonly string[],
    values?: readonly (string | number)[],
    patienceMs?: number,
  ): Promise<unknown>
  /** Tells of all that is published there, as long as there is a connection. */
  listen(channel: string, listener: (message: string) => void): void
  /** Now, if there is a connection, and whenever there is one again: what was published in between is lost. */
  onConnected(listener: () => void): void
  close(): Promise<void>
}

export interface RedisOptions {
  /** Longer than a slow Redis takes, shorter than people wait. */
  patienceMs?: number
  /** How long the start waits for the first connection before it goes on without. */
  firstMs?: number
}

const longestPauseMs = 2000

/** Gives it also where it cannot be reached: it goes on trying, and every question is refused until then. */
export async function openRedis(url: string, log: Log, options: RedisOptions = {}): Promise<Redis> {
  const { patienceMs = 3000, firstMs = 3000 } = options
  const client = createClient({
    url,
    // Whoever asks gets "no" at once: nothing paid may wait in a queue.
    disableOfflineQueue: true,
    pingInterval: 2 * patienceMs,
    socket: {
      connectTimeout: patienceMs,
      // Pings keep a living connection from being idle for so long.
      socketTimeout: 5 * patienceMs,
      reconnectStrategy: (tries) => Math.min(longestPauseMs, 50 * 2 ** tries) * (0.75 + Math.random() / 2),
    },
  })
  const listening = client.duplicate({ disableOfflineQueue: false })
  const connected = new Set<() => void>()
  let isBroken = false
  const noteBroken = (error: Error) => {
    if (!isBroken) log.error({ err: error }, 'Redis cannot be reached: no submission is taken until it can')
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
    run: (script, keys, values = [], ownPatienceMs = patienceMs) =>
      within(ownPatienceMs, client.eval(script, { keys: [...keys], arguments: values.map(String) })),
    listen(channel, listener) {
      // Waits for the first connection; the client repeats it after each further one.
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

function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Redis did not answer in time')), ms)
    asked.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** A Redis that makes room by dropping keys would forget what was sent. */
async function warnOfForgetting(client: { info(section: string): Promise<unknown> }, log: Log): Promise<void> {
  const policy = /maxmemory_policy:(\S+)/.exec(String(await client.info('memory').catch(() => '')))?.[1]
  if (policy !== undefined && policy !== 'noeviction') {
    log.warn({ policy }, 'Redis may forget submissions to make room: set its maxmemory-policy to noeviction')
  }
}
