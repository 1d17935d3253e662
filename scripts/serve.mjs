// The server as a separate process, which ends when the process that started it ends.
import process from 'node:process'
import { spawnNode } from './prepare.mjs'

const parentCheckMs = 1000

/**
 * Starts `node ...args` and ends with its exit code. Signals are passed on. The server must end on its own when its
 * channel to this process closes, which happens however this process ends.
 */
export function serve(args, env = {}) {
  const server = spawnNode(args, env, ['inherit', 'inherit', 'inherit', 'ipc'])
  // npm, or its shell, may be killed without passing the signal on: then this process gets another parent.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid === parent) return
    server.kill('SIGTERM')
  }, parentCheckMs).unref()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
  server.on('exit', (code, signal) => process.exit(code ?? (signal ? 0 : 1)))
}
