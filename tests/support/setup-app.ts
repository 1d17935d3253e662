import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach, expect } from 'vitest'
import { addPopovers } from './popover.ts'

addPopovers()
// A busy machine may be slow, and these tests do not measure time.
configure({ asyncUtilTimeout: 20_000 })

/** Console output, which fails the test. A test that expects output spies on the console itself. */
const complaints: unknown[][] = []
for (const kind of ['error', 'warn'] as const) {
  console[kind] = (...said: unknown[]) => {
    complaints.push(said)
  }
}

afterEach(() => {
  cleanup()
  expect(complaints.splice(0), 'nothing is said on the console').toEqual([])
})
