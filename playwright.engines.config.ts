import { defineConfig } from '@playwright/test'
import type { EngineOptions } from './tests/engines/fixtures.ts'
import { setZoneOfNoon } from './tests/support/noon.ts'

setZoneOfNoon()

/** The same journeys in each engine. Every test starts its own server, on a free port, from what was built. */
export default defineConfig<object, EngineOptions>({
  testDir: 'tests/engines',
  outputDir: 'node_modules/.cache/engines',
  timeout: 400_000,
  expect: { timeout: 120_000 },
  // Most of a test is waiting for a page, a server or a task: three keep two cores busy.
  workers: 3,
  retries: 0,
  fullyParallel: true,
  reporter: 'list',
  projects: (['chromium', 'firefox', 'webkit'] as const).map((engineName) => ({
    name: engineName,
    use: { engineName },
  })),
})
