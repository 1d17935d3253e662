import { defineConfig } from 'vitest/config'

/** Only the unit tests, as `npm run mutate` needs them: one failure is enough, and hanging tests are ended soon. */
export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts'],
    testTimeout: 14_000,
    hookTimeout: 14_000,
    expect: { poll: { timeout: 5_000, interval: 10 } },
  },
})
