import { type Gateway, type GatewaySettings, isSimulatedHere, openGateway, openSimulatedGateway } from './gateways.ts'

/** What is behind the proxy: a real service, or the simulator in this process. */
export interface Upstream {
  gateway: Gateway
  /** Where the simulator answers, for tests. */
  simulatorOrigin?: string
  close(): Promise<void>
}

export async function openUpstream(settings: GatewaySettings): Promise<Upstream> {
  if (!isSimulatedHere(settings)) return { gateway: openGateway(settings), close: async () => undefined }
  // Left out of memory, with its painter, where a real service is asked.
  const { serveSimulator } = await import('#simulator/serve.ts')
  const { origin, close } = await serveSimulator()
  return { gateway: openSimulatedGateway(settings.gateway, origin), simulatorOrigin: origin, close }
}
