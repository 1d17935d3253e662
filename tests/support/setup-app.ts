import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterEach, expect } from 'vitest'
import { addPopovers } from './popover.ts'

addPopovers()
// On a busy machine what comes is late, and nothing here measures time.
configure({ asyncUtilTimeout: 10_000 })

/** What was complained about on the console. A test that expects a complaint spies on the console itself. */
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
