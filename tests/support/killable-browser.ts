import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { chromiumLaunch } from './chromium.ts'
import { untilPrinted } from './started.ts'

/** A browser with a permanent profile that can be killed with all its processes, without warning. */
export interface KillableBrowser {
  /** Starts it on the profile, with one page. */
  start(): Promise<Page>
  /** SIGKILL to all of its processes. */
  kill(): Promise<void>
  close(): Promise<void>
}

const flags = ['--headless=new', ...chromiumLaunch.args, '--remote-debugging-port=0', '--window-size=1440,900']

export async function openKillableBrowser(): Promise<KillableBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'atelier-profile-'))
  let child: ChildProcess | undefined
  let browser: Browser | undefined

  async function kill() {
    const { pid } = child ?? {}
    if (!child || pid === undefined || child.exitCode !== null || child.signalCode) return
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    // The browser leads a process group that contains its renderers and helpers.
    process.kill(-pid, 'SIGKILL')
    await ended
    await browser?.close().catch(() => undefined)
  }

  return {
    async start() {
      child = spawn(chromiumLaunch.executablePath, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
        detached: true,
      })
      const [, address = ''] = await untilPrinted(child, /DevTools listening on (ws:\/\/\S+)/, { name: 'The browser' })
      browser = await chromium.connectOverCDP(address)
      const [context] = browser.contexts()
      if (!context) throw new Error('The browser has no window.')
      return context.pages()[0] ?? context.newPage()
    },
    kill,
    async close() {
      await kill()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
