import {
  type GeminiService,
  type GeminiSettings,
  openGemini,
  openSimulatedGemini,
} from '#server/gemini/gemini-service.ts'
import { type Gateway, type GatewaySettings, isSimulatedHere, openGateway, openSimulatedGateway } from './gateways.ts'

/** What is behind the proxy: a real service, or the simulator in this process. */
export interface Upstream {
  gateway: Gateway
  /** Makes what the gateway refuses; nobody does without its key. The simulator plays it as well. */
  gemini: GeminiService | undefined
  /** Where the simulator answers, for tests. */
  simulatorOrigin?: string
  close(): Promise<void>
}

/** The first of `webhookKeys` is the one that the simulator signs its callbacks with. */
export async function openUpstream(
  settings: GatewaySettings & { gemini: GeminiSettings | undefined; webhookKeys: readonly string[] },
): Promise<Upstream> {
  if (!isSimulatedHere(settings)) {
    const gemini = settings.gemini && openGemini(settings.gemini)
    return { gateway: openGateway(settings), gemini, close: async () => undefined }
  }
  // Left out of memory, with its painter, where a real service is asked.
  const { serveSimulator } = await import('#simulator/serve.ts')
  const { origin, close } = await serveSimulator({ switches: { callbackKey: settings.webhookKeys[0] ?? '' } })
  const gemini = openSimulatedGemini(origin, settings.gemini?.models)
  return { gateway: openSimulatedGateway(settings, origin), gemini, simulatorOrigin: origin, close }
}
