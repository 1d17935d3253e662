import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { atFreePort, untilPrinted } from './started.ts'

/** A Redis server for one test, on 127.0.0.1 at a free port, without persistence. */
export interface RedisServer {
  url: string
  port: number
  /** Runs a Redis command. */
  ask(...command: string[]): Promise<unknown>
  /** Kills it; all data is lost. */
  kill(): Promise<void>
  /** Starts it again at the same port. */
  start(): Promise<void>
  /** It accepts connections but does not answer until the returned function is called. */
  freeze(): () => void
  close(): Promise<void>
}

const usualPlaces = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']

export async function openRedisServer(...settings: string[]): Promise<RedisServer> {
  const binary = [process.env.REDIS_SERVER_PATH, ...usualPlaces].find((path) => path && existsSync(path))
  if (!binary) {
    throw new Error('These tests need redis-server: install it, or name it in REDIS_SERVER_PATH.')
  }
  const folder = mkdtempSync(join(tmpdir(), 'atelier-redis-'))
  const args = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  let server: ChildProcess

  async function startAt(at: number): Promise<number> {
    server = spawn(binary ?? '', ['--port', String(at), ...args, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] })
    await untilPrinted(server, /Ready to accept connections/, { name: 'redis-server' })
    return at
  }
  async function kill() {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }

  const port = await atFreePort(startAt)
  const url = `redis://127.0.0.1:${port}`
  return {
    url,
    port,
    async ask(...command) {
      const client = createClient({ url })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return await client.sendCommand(command)
      } finally {
        client.destroy()
      }
    },
    kill,
    start: async () => void (await startAt(port)),
    freeze() {
      server.kill('SIGSTOP')
      return () => void server.kill('SIGCONT')
    },
    async close() {
      server.kill('SIGCONT')
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
