// Servers in separate processes, for `npm run load`.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import process from 'node:process'

/** A server in a separate process, which inherits no settings; it has started when it prints its address. */
export function start(args, env = {}) {
  const options = {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  }
  const child = spawn(process.execPath, args, options)
  return new Promise((resolve, reject) => {
    let printed = ''
    const read = (chunk) => {
      printed += chunk
      const port = /http:\/\/[\w.]+:(\d+)/.exec(printed)?.[1]
      if (port) resolve({ origin: `http://localhost:${port}`, memoryMb: () => residentMb(child.pid), blocked, stop })
    }
    /** With load-watch.mjs in it: its longest block since the last call. */
    const blocked = () =>
      new Promise((told) => {
        child.once('message', told)
        child.send('blocked')
      })
    const stop = () =>
      new Promise((stopped) => {
        child.once('exit', stopped)
        child.kill('SIGKILL')
      })
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`${args.at(-1)} ended with ${code}: ${printed}`)))
  })
}

/** 0 if the system does not report it. */
function residentMb(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
