import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as playwright } from '@playwright/test'
import { findFirefox, findWebKit } from '../../scripts/programs.mjs'
import { startLive, startServer } from '../support/atelier.ts'
import { openChromium } from './chromium.ts'
import type { Door, Engine, EngineName, GivenFile } from './door.ts'
import { openFirefox } from './firefox.ts'
import { type Front, openFront } from './front.ts'
import { openWebKit } from './webkit.ts'

export interface EngineOptions {
  engineName: EngineName
}

interface WorkerFixtures extends EngineOptions {
  engine: Engine
}

interface Fixtures {
  /** A window of 1440 × 900, before its first page. Console output, errors and policy violations fail the test. */
  door: Door
  /** A server with a key, behind a front. Its service is the simulator in this process. */
  live: Awaited<ReturnType<typeof startLive>> & { front: Front }
  /** A server without a key, behind a front. */
  simulated: { front: Front }
  /** Writes a file for `Door.give`. */
  file(name: string, type: string, bytes: Buffer): Promise<GivenFile>
}

const openers: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  chromium: openChromium,
  firefox: () => openFirefox(present(findFirefox(), 'Firefox')),
  webkit: () => openWebKit(present(findWebKit(), 'WebKitGTK')),
}

function present<Found>(found: Found | undefined, name: string): Found {
  if (found === undefined) throw new Error(`${name} is not installed here.`)
  return found
}

export const test = playwright.extend<Fixtures, WorkerFixtures>({
  engineName: ['chromium', { option: true, scope: 'worker' }],
  engine: [
    async ({ engineName }, use) => {
      const engine = await openers[engineName]()
      await use(engine)
      await engine.close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  door: async ({ engine }, use, testInfo) => {
    const door = await engine.open({ width: 1440, height: 900 })
    await use(door)
    if (testInfo.status !== testInfo.expectedStatus) await door.screenshot(testInfo.outputPath('at-the-end.png'))
    await door.close()
  },
  live: async ({ engineName: _engine }, use) => {
    const server = await startLive({ switches: { durationMs: 1_200 } })
    const front = await openFront(server.url)
    await use({ ...server, front })
    await front.close()
    await server.close()
    expectQuiet(front)
  },
  simulated: async ({ engineName: _engine }, use) => {
    const server = await startServer()
    const front = await openFront(server.url)
    await use({ front })
    await front.close()
    await server.kill()
    expectQuiet(front)
  },
  file: async ({ engineName: _engine }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'atelier-given-'))
    await use(async (name, type, bytes) => {
      const path = join(folder, name)
      await writeFile(path, bytes)
      return { name, type, path }
    })
    await rm(folder, { recursive: true })
  },
})

function expectQuiet({ noise, expected }: Front) {
  const unexpected = noise.filter((line) => !expected.some((pattern) => pattern.test(line)))
  playwright.expect(unexpected).toEqual([])
}

export const { expect } = playwright
