import { type ChildProcess, spawn } from 'node:child_process'
import { serveSimulator } from '#simulator/serve.ts'
import { atFreePort, untilPrinted } from './started.ts'

type Options = NonNullable<Parameters<typeof serveSimulator>[0]>
type Served = Awaited<ReturnType<typeof serveSimulator>>

/** The built server in a process of its own, on a free port, so that it can be killed like a real one. */
export interface Server {
  url: string
  /** SIGKILL: the server cannot finish or write anything. */
  kill(): Promise<void>
  /** The same server again, on the same port. */
  restart(): Promise<void>
  output(): string
}

export async function startServer(env: Record<string, string> = {}): Promise<Server> {
  let child: ChildProcess | undefined
  let printed = ''
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KIE|APIKLEY|GEMINI|PORT|HOST|NODE_OPTIONS|VITE)/.test(name)),
  )

  async function startAt(at: number): Promise<number> {
    printed = ''
    const started = spawn(process.execPath, ['dist/server/server.js'], { env: { ...clean, ...env, PORT: String(at) } })
    child = started
    for (const output of [started.stdout, started.stderr]) output.on('data', (chunk) => (printed += chunk))
    await untilPrinted(started, /Atelier is ready at http/, { name: 'The server' })
    return at
  }

  const port = await atFreePort(startAt)
  return {
    url: `http://localhost:${port}`,
    output: () => printed,
    kill: () =>
      new Promise((resolve) => {
        if (!child || child.exitCode !== null || child.signalCode) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
    restart: async () => void (await startAt(port)),
  }
}

/** The API key of the tests; only the service may receive it. */
export const canaryKey = 'canary-5f0c9a71e2'

/**
 * A server with a key. Its service is the simulator in this process, whose state a test can read.
 * `gemini`: it has a key for the fallback, too. `env`: further variables.
 */
export async function startLive(
  { gemini = false, ...options }: Options & { gemini?: boolean } = {},
  env: Record<string, string> = {},
): Promise<Server & { service: Served; close(): Promise<void> }> {
  const service = await serveSimulator({ key: canaryKey, ...options })
  const server = await startServer({
    KIE_API_KEY: canaryKey,
    KIE_API_BASE_URL: service.origin,
    KIE_UPLOAD_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: `127.0.0.1:${service.port}`,
    ...(gemini ? { GEMINI_API_KEY: canaryKey, GEMINI_API_BASE_URL: service.origin } : {}),
    ...env,
  })
  return {
    ...server,
    service,
    async close() {
      await server.kill()
      await service.close()
    },
  }
}
