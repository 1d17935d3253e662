// `npm run build:elsewhere`: the page of the tests that is on another site than its proxy.
import { ensurePageElsewhereBuilt } from './prepare.mjs'

ensurePageElsewhereBuilt()
