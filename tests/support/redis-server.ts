import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'

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
  const port = await findFreePort()
  const url = `redis://127.0.0.1:${port}`
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  let server: ChildProcess

  async function start() {
    server = spawn(binary ?? '', [...args, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    for await (const chunk of server.stdout ?? []) {
      said += chunk
      if (said.includes('Ready to accept connections')) break
    }
    // Keeps reading, because a full pipe would block the server.
    server.stdout?.resume()
    if (server.exitCode !== null) throw new Error(`redis-server did not start: ${said}`)
  }
  async function kill() {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }

  await start()
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
    start,
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

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
