// `npm run token`: prints a token for PROXY_ACCESS_TOKEN, PROXY_ADMIN_TOKEN or METRICS_TOKEN. Nothing is stored.
import { randomBytes } from 'node:crypto'

console.log(randomBytes(24).toString('base64url'))
