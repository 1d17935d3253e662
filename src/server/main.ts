import cluster from 'node:cluster'
import { setFlagsFromString } from 'node:v8'
import { readConfig, readEnvironment } from './config.ts'
import { type Running, startServer } from './start.ts'

// The bytes of a picture pass as short-lived buffers. V8 counts them as part of a heap that is small beside them, and would
// mark all of it dozens of times for each gigabyte: half of the processor time of a transfer.
setFlagsFromString('--heap-growing-percent=500')

const say = (line: string) => process.stdout.write(`${line}\n`)

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function explain(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Set PORT to another one, or stop what listens there.`
  if (code === 'EACCES') return `Port ${port} needs more rights. Set PORT to one above 1023.`
  return message
}

function stopOn(running: Running): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.close().then(() => process.exit(0)))
  }
}

async function main(): Promise<void> {
  const config = (() => {
    try {
      return readConfig(readEnvironment(process.cwd()))
    } catch (error) {
      return fail((error as Error).message)
    }
  })()
  if (cluster.isWorker && config.redisUrl === undefined) {
    fail('This is one of several processes. REDIS_URL must be set, or they could pay for a run twice.')
  }
  const running = await startServer(config).catch((error) => fail(explain(error, config.port)))
  stopOn(running)
  say(`Atelier is ready at ${running.origin}`)
  if (running.mode === 'simulated') say('No key is set: pictures are simulated. See README.')
  for (const note of config.notes) say(note)
}

void main()
