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
  /** Makes what the gateway refuses; absent without its key. The simulator simulates it too. */
  gemini: GeminiService | undefined
  /** The simulator's address, for tests. */
  simulatorOrigin?: string
  close(): Promise<void>
}

/** The first of `webhookKeys` is used by the simulator to sign its callbacks. */
export async function openUpstream(
  settings: GatewaySettings & { gemini: GeminiSettings | undefined; webhookKeys: readonly string[] },
): Promise<Upstream> {
  if (!isSimulatedHere(settings)) {
    const gemini = settings.gemini && openGemini(settings.gemini)
    return { gateway: openGateway(settings), gemini, close: async () => undefined }
  }
  // Not loaded, nor its painter, when a real service is used.
  const { serveSimulator } = await import('#simulator/serve.ts')
  const { origin, close } = await serveSimulator({ switches: { callbackKey: settings.webhookKeys[0] ?? '' } })
  const gemini = openSimulatedGemini(origin, settings.gemini?.models)
  return { gateway: openSimulatedGateway(settings, origin), gemini, simulatorOrigin: origin, close }
}
