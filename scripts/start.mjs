// `npm start`: installs and builds if necessary, then serves page and proxy on one port.
import { ensureBuilt, ensureInstalled } from './prepare.mjs'
import { serve } from './serve.mjs'

ensureInstalled()
ensureBuilt()
serve(['dist/server/server.js'])
