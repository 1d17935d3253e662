import cluster from 'node:cluster'
import { setFlagsFromString } from 'node:v8'
import { readConfig, readEnvironment } from './config.ts'
import { plainHttpNote } from './listen.ts'
import { type Running, startServer } from './start.ts'

// Image bytes pass through as short-lived buffers. V8 counts them as part of a heap that is small in comparison, and
// would run dozens of full collections per gigabyte: half of the processor time of a transfer.
setFlagsFromString('--heap-growing-percent=500')

// A full disk behind stdout, or a closed pipe, must not stop the server.
process.stdout.on('error', () => undefined)
const say = (line: string) => process.stdout.write(`${line}\n`)

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function explain(error: unknown, port: number): string {
  const { code, message, address } = error as NodeJS.ErrnoException & { address?: string }
  if (code === 'EADDRINUSE') {
    const where = address === '::1' ? ' Another program listens at [::1], which browsers may read as localhost.' : ''
    return `Port ${port} is in use.${where} Set PORT to another one, or stop what listens there.`
  }
  if (code === 'EACCES') return `Port ${port} needs more rights. Set PORT to one above 1023.`
  return message
}

/**
 * Every signal only asks it to close: Ctrl+C reaches the server from the terminal and again from `npm start`, and a
 * second signal must not cut off a submission that is under way. SIGHUP: the terminal was closed.
 */
function stopOn(running: Running): void {
  const stop = () => {
    running.close().then(
      () => process.exit(0),
      (error: unknown) => fail((error as Error).message),
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // The channel to `npm start` closes when that process ends for any reason.
  process.once('disconnect', stop)
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
  if (running.mode === 'simulated') say('No key is set: images are simulated. See README.')
  const note = plainHttpNote(running.origin)
  for (const line of note === undefined ? config.notes : [note, ...config.notes]) say(line)
}

void main()
