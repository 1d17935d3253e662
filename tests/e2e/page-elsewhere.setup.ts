import { test } from '@playwright/test'
import { ensurePageFor } from '../../scripts/prepare.mjs'
import { anyProxy, builtFolder } from '../support/page-elsewhere.ts'

test('the page is built for a proxy elsewhere', () => {
  test.setTimeout(300_000)
  ensurePageFor(anyProxy, builtFolder)
})
