import { readConfig } from '#server/config.ts'
import { createLog } from '#server/log.ts'
import { type Running, type StartOptions, startServer } from '#server/start.ts'
import { type FakeService, openFakeService, type Reply } from './fake-service.ts'

/** Long enough to be found in any text. */
export const canaryKey = 'canary-7f3c91d0e5a24b86'

export interface ProxyUnderTest extends Running {
  /** A fake of the API, the upload host and the image host. */
  service: FakeService
  /** Lines of the log. */
  logged: string[]
  /** Stops only the proxy; `close` stops its service first. */
  stop(): Promise<void>
}

/** A real proxy in front of a service whose answers the test writes. */
export async function openProxyBefore(
  reply: Reply,
  env: Record<string, string> = {},
  options: StartOptions = {},
): Promise<ProxyUnderTest> {
  const service = await openFakeService(reply)
  const logged: string[] = []
  const config = readConfig({
    KIE_API_KEY: canaryKey,
    KIE_API_BASE_URL: service.origin,
    KIE_UPLOAD_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: service.host,
    PORT: '0',
    ...env,
  })
  const running = await startServer(config, { log: createLog(config.secrets, (line) => logged.push(line)), ...options })
  return {
    ...running,
    service,
    logged,
    stop: () => running.close(),
    async close() {
      await service.close()
      await running.close()
    },
  }
}
