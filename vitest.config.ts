import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { chromiumLaunch } from './tests/support/chromium.ts'

/** Small files whose tests take long, mostly in waiting. Without results of an earlier run, large files are started first. */
const longFiles = /\/(redis\/(many-runs|replicas)|faults\/(time|push|model)|painter\/node-painter)\.test\.ts$/

/** Starts the long files first, so that no worker has nothing to do while the last one waits for a long file. */
class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification) => Number(!longFiles.test(moduleId))
    return (await super.sort(files)).toSorted((a, b) => isShort(a) - isShort(b))
  }
}

export default defineConfig({
  test: {
    // What comes late on a busy machine is waited for; nothing here measures time. The longest tests take 11 s alone.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 10 } },
    retry: 0,
    sequence: { sequencer: LongFilesFirst },
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
