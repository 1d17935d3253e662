import { defineConfig } from 'vitest/config'

/** The unit tests alone, as `npm run mutate` wants them: one failure is enough, and what hangs is given up soon. */
export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts'],
    testTimeout: 14_000,
    hookTimeout: 14_000,
    expect: { poll: { timeout: 5_000, interval: 10 } },
  },
})
