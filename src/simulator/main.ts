import process from 'node:process'
import { serveSimulator } from './serve.ts'

const switches = { callbackKey: process.env.KIE_WEBHOOK_HMAC_KEY ?? '' }
const { port, close } = await serveSimulator({ port: Number(process.env.PORT ?? 4010), switches })
process.stdout.write(`Simulator is ready at http://localhost:${port}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close().then(() => process.exit(0)))
}
