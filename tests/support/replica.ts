import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { untilPrinted } from './started.ts'

/** A proxy in a separate process that can be killed. */
export interface Replica {
  port: number
  signal(signal: NodeJS.Signals): void
  /** Resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

export interface ReplicaOptions {
  /** Use the built server instead of its source. */
  entry?: string
  /** File of its log. */
  stderr?: number
}

export async function openReplica(env: Record<string, string>, options: ReplicaOptions = {}): Promise<Replica> {
  const { entry = 'src/server/main.ts', stderr = 'pipe' } = options
  const loader = entry.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child: ChildProcess = spawn(process.execPath, [...loader, entry], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', stderr],
  })
  const ready = /^Atelier is ready at http:\/\/localhost:(\d+)$/m
  const [, port] = await untilPrinted(child, ready, { name: 'The replica' })
  return {
    port: Number(port),
    signal: (signal) => void child.kill(signal),
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
    },
  }
}
