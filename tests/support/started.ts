import type { ChildProcess } from 'node:child_process'

export interface StartOptions {
  /** Names the program in errors. */
  name: string
  /** How long it may take. Each program of the tests needs less than a second on a machine that is not busy. */
  limitMs?: number
}

/**
 * Resolves with the match as soon as a program has printed it. Otherwise kills the program and rejects with what it has
 * printed: it ended before, could not be started, or took longer than the limit.
 */
export function untilPrinted(
  child: ChildProcess,
  ready: RegExp,
  { name, limitMs = 60_000 }: StartOptions,
): Promise<RegExpExecArray> {
  let printed = ''
  return new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`${name} ${reason}. It printed: ${printed || 'nothing'}`))
    }
    const timer = setTimeout(() => fail(`was not ready after ${limitMs / 1000} s`), limitMs)
    const read = (chunk: Buffer) => {
      printed += chunk
      const match = ready.exec(printed)
      if (!match) return
      clearTimeout(timer)
      resolve(match)
    }
    // Read until the program ends, because a full pipe would block it.
    for (const output of child.stdio.slice(1)) output?.on('data', read)
    child.once('error', (error) => fail(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal} before it was ready`))
  })
}

/** Starts a server at one port after the other until one is not in use. `start` rejects with what the server printed. */
export async function atFreePort<Started>(start: (port: number) => Promise<Started>): Promise<Started> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(anyPort())
    } catch (error) {
      if (tries === mostTries || !/in use/i.test(String(error))) throw error
    }
  }
}

const mostTries = 10

/**
 * A port that may be free. It is below those that systems give to outgoing connections, so that it stays free while a
 * server restarts.
 */
export function anyPort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000)
}
