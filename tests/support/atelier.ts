import { type ChildProcess, spawn } from 'node:child_process'
import { serveSimulator } from '#simulator/serve.ts'

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
  let port = '0'

  const start = () =>
    new Promise<string>((resolve, reject) => {
      const clean = Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(KIE|APIKLEY|GEMINI|PORT|HOST|NODE_OPTIONS|VITE)/.test(name)),
      )
      const started = spawn(process.execPath, ['dist/server/server.js'], { env: { ...clean, ...env, PORT: port } })
      child = started
      const read = (chunk: Buffer) => {
        printed += chunk
        const ready = /Atelier is ready at (http:\/\/localhost:(\d+))/.exec(printed)
        if (!ready?.[1] || !ready[2]) return
        port = ready[2]
        resolve(ready[1])
      }
      started.stdout.on('data', read)
      started.stderr.on('data', read)
      started.on('exit', (code) => reject(new Error(`The server ended with ${code}: ${printed}`)))
    })

  const url = await start()
  return {
    url,
    output: () => printed,
    kill: () =>
      new Promise((resolve) => {
        if (!child || child.exitCode !== null || child.signalCode) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
    async restart() {
      printed = ''
      await start()
    },
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
