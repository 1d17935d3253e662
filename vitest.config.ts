import { availableParallelism } from 'node:os'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { chromiumLaunch } from './tests/support/chromium.ts'

const cores = availableParallelism()

/** Small files whose tests take long, mostly in waiting. Without results of an earlier run, large files are started first. */
const longFiles =
  /\/(redis\/(many-runs|replicas)|faults\/(time|push|model)|painter\/node-painter|imaging\/edit\/protect)\.test\.ts$/

/** Starts the long files first, so that no worker has nothing to do while the last one waits for a long file. */
class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification) => Number(!longFiles.test(moduleId))
    return (await super.sort(files)).toSorted((a, b) => isShort(a) - isShort(b))
  }
}

/**
 * Tests of code that keeps nothing between calls. Their files share a process, because starting one takes longer than most
 * of them. Files that set globals, open servers or measure memory have a process of their own.
 */
const sharing = [
  'tests/unit/{acts,app,compose,domain,models,providers,runs,workspace}/**/*.test.ts',
  'tests/unit/imaging/{,edit/,hand-over/}*.test.ts',
  'tests/unit/simulator/painter/*.test.ts',
  'tests/unit/stage/{*,tools/*-tool,tools/draw-pointers}.test.ts',
]

export default defineConfig({
  test: {
    // What comes late on a busy machine is waited for; nothing here measures time. The longest tests take 11 s alone.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 10 } },
    retry: 0,
    sequence: { sequencer: LongFilesFirst },
    // Half of their time most tests wait, for sockets and timers: three workers keep two cores busy. The projects do not
    // take the number from the command line.
    maxWorkers: Math.ceil(1.5 * cores),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['tests/unit/**/*.test.ts'],
          exclude: sharing,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit-sharing',
          environment: 'node',
          include: sharing,
          isolate: false,
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
          // These compute.
          maxWorkers: cores,
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
