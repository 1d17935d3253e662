import { defineConfig } from '@playwright/test'

const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Every test starts its own server, on a free port, from what was built. */
export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'node_modules/.cache/e2e',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  workers: 2,
  // A busy machine may be late once; what fails twice is broken. What passed only then is named in the report.
  retries: 1,
  fullyParallel: true,
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
    launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: chromiumArgs },
  },
})
