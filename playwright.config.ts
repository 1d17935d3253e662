import { defineConfig } from '@playwright/test'
import type { Origins } from './tests/e2e/fixtures.ts'
import type { EngineOptions } from './tests/engines/fixtures.ts'
import { chromiumLaunch } from './tests/support/chromium.ts'
import { setZoneOfNoon } from './tests/support/noon.ts'

setZoneOfNoon()

/** Every test starts its own server, on a free port, from what was built. */
export default defineConfig<Origins & EngineOptions>({
  testDir: 'tests/e2e',
  outputDir: 'node_modules/.cache/e2e',
  timeout: 300_000,
  // A busy machine may be slow: what is shown within a few seconds is waited for much longer.
  expect: { timeout: 60_000 },
  // Most of a test is waiting for a page, a server or a task: three keep two cores busy.
  workers: 3,
  retries: 0,
  fullyParallel: true,
  reporter: 'list',
  use: {
    // What cannot be pressed is told of before the whole test is late.
    actionTimeout: 60_000,
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
    launchOptions: chromiumLaunch,
  },
  // In this order: the last tests to start are short.
  projects: [
    {
      // The journeys again, with the page on one site and its proxy on another. `npm test` takes a few of them.
      name: 'two-origins',
      testMatch: /\/(j\d-.*|money|access)\.spec\.ts$/,
      ...(process.env.FEW_ORIGINS ? { grep: /@two-origins/ } : {}),
      use: { isElsewhere: true },
    },
    // What the other engines show of the gallery, wide and on a phone.
    {
      name: 'engine-journeys',
      testDir: 'tests/engines',
      testMatch: /\/(keyboard|library)\.spec\.ts$/,
      use: { engineName: 'chromium' },
    },
    { name: 'one-origin', testMatch: '*.spec.ts' },
  ],
})
