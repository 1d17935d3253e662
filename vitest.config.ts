import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumLaunch } from './tests/support/chromium.ts'

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // What comes late on a busy machine is waited for; nothing here measures time.
    expect: { poll: { timeout: 15_000, interval: 10 } },
    retry: 0,
    // Many tests wait for sockets and timers: one worker fewer than cores, the default, would leave the machine idle.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['tests/unit/**/*.test.ts'],
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: {
          name: 'app',
          environment: 'happy-dom',
          include: ['tests/app/**/*.test.tsx'],
          setupFiles: ['tests/support/setup-app.ts'],
        },
      },
      {
        extends: true,
        plugins: [react()],
        // Only workers import them: found in mid-run, they would reload the page under the tests.
        optimizeDeps: { include: ['libheif-js/libheif-wasm/libheif-bundle.mjs', 'ag-psd'] },
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunch }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
