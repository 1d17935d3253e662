import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver'
import { anyPort } from '../support/started.ts'

export interface SessionStart {
  /** Path of WebKitWebDriver. */
  driver: string
  /** Path of the browser that it starts. */
  browser: string
  env: NodeJS.ProcessEnv
  /** How long one start may take. It takes about half a second on a machine that is not busy. */
  limitMs?: number
}

export interface WebKitSession {
  session: WebDriver
  /** Ends the driver and its browser. */
  end(): Promise<void>
}

const starts = 3

/**
 * A driver of its own with one session.
 *
 * The driver looks for a free port, passes it to the browser, and tries to connect to it for ever. If another program
 * takes the port before the browser does, no session ever opens. So a start that takes too long is ended with all its
 * processes, and begun again. Throws after three starts, with what the programs printed in each.
 */
export async function startSession({ driver, browser, env, limitMs = 30_000 }: SessionStart): Promise<WebKitSession> {
  const reasons: string[] = []
  while (reasons.length < starts) {
    const port = anyPort()
    const service = spawn(driver, [`--port=${port}`], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const printed = lastPrinted(service)
    const end = () => endGroup(service)
    try {
      return { session: await openSession(port, browser, untilOver(service, limitMs)), end }
    } catch (error) {
      await end()
      reasons.push(`${String(error)} ${printed()}`.trim())
      console.warn(`WebKit's driver did not open a session. ${reasons.at(-1)}`)
    }
  }
  throw new Error(`WebKit's driver opened no session in ${starts} starts.\n${reasons.join('\n')}`)
}

/** The end of what a process has printed. */
function lastPrinted({ stdout, stderr }: ChildProcessByStdio<null, Readable, Readable>): () => string {
  let printed = ''
  for (const output of [stdout, stderr])
    output.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-2_000)
    })
  return () => printed
}

/** Aborted when the time is over or the driver has ended. */
function untilOver(driver: ChildProcess, limitMs: number): AbortSignal {
  const over = new AbortController()
  driver.once('error', (error) => over.abort(error))
  driver.once('exit', (code, signal) => over.abort(new Error(`The driver ended (${code ?? signal}).`)))
  setTimeout(() => over.abort(new Error(`It took longer than ${limitMs / 1_000} s.`)), limitMs).unref()
  return over.signal
}

/** Tries until the driver listens. */
async function openSession(port: number, binary: string, over: AbortSignal): Promise<WebDriver> {
  const options = new Capabilities()
    .set('browserName', 'MiniBrowser')
    .set('webkitgtk:browserOptions', { binary, args: ['--automation'] })
  const isOver = new Promise<never>((_, reject) => {
    over.addEventListener('abort', () => reject(over.reason), { once: true })
  })
  for (;;) {
    try {
      const builder = new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(options)
      return await Promise.race([builder.build(), isOver])
    } catch (error) {
      if (over.aborted || !/ECONNREFUSED/.test(String(error))) throw error
      await wait(50)
    }
  }
}

/** The driver leads a process group, in which its browser is too. */
async function endGroup(leader: ChildProcess): Promise<void> {
  if (leader.pid === undefined) return
  const exit = leader.exitCode === null && leader.signalCode === null ? once(leader, 'exit') : undefined
  try {
    process.kill(-leader.pid, 'SIGKILL')
  } catch {
    // Nothing of the group is left.
  }
  await exit
}
