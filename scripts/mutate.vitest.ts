import { defineConfig } from 'vitest/config'

/** How much longer than usual tests wait, when `npm run mutate` runs a change a second time. */
const patience = Number(process.env.MUTATE_PATIENCE ?? 1)

/** Only the unit tests, as `npm run mutate` needs them: one failure is enough, and hanging tests are ended soon. */
export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts'],
    testTimeout: 14_000 * patience,
    hookTimeout: 14_000 * patience,
    expect: { poll: { timeout: 5_000 * patience, interval: 10 } },
  },
})
