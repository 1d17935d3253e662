import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

/** A separate Node process that serves something. */
export interface Started {
  /** "http://127.0.0.1:PORT". */
  origin: string
  /** MB in memory; 0 if the system does not report it. */
  memoryMb(): number
  /** Processor time of all its threads so far; 0 if the system does not report it. */
  cpuMs(): number
  isRunning(): boolean
  stop(): Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/**
 * Starts a script, given relative to the project's root; it has started when it prints its address. It inherits no
 * settings and runs in another folder, so that no `.env.local` turns a measurement into paid work.
 */
export function startNode(script: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [root + script, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const isRunning = () => child.exitCode === null && child.signalCode === null
  return new Promise<Started>((resolve, reject) => {
    let printed = ''
    const read = (chunk: Buffer) => {
      printed += chunk
      const port = /http:\/\/[\w.]+:(\d+)/.exec(printed)?.[1]
      if (!port) return
      const memoryMb = () => residentMb(child.pid)
      resolve({ origin: `http://127.0.0.1:${port}`, memoryMb, cpuMs: () => usedMs(child.pid), isRunning, stop })
    }
    const stop = () =>
      new Promise<void>((stopped) => {
        if (!isRunning()) return stopped()
        child.once('exit', () => stopped())
        child.kill('SIGKILL')
      })
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}: ${printed}`)))
  })
}

/** The built server, on a free port. */
export function startBuiltServer(env: Record<string, string> = {}): Promise<Started> {
  return startNode('dist/server/server.js', [], { ...env, PORT: '0' })
}

/** MB in memory; 0 where the system does not tell. */
export function residentMb(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function usedMs(pid: number | undefined): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`)
    return threads.reduce((sum, place) => sum + Number(readFileSync(place, 'utf8').split(' ')[0]), 0) / 1e6
  } catch {
    return 0
  }
}
