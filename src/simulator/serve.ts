import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { isAbort } from '#domain/failure.ts'
import { createNodePainter } from '#simulator/painter/node-painter.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts'

export interface ServeOptions extends Partial<Omit<SimulatorOptions, 'origin'>> {
  /** 0, the default, takes any free port. */
  port?: number
}

export interface ServedSimulator {
  port: number
  /** "http://127.0.0.1:PORT", the only address it listens on. */
  origin: string
  simulator: Simulator
  /** Ends hanging requests and closes every connection. */
  close(): Promise<void>
}

/** Serves the simulator to this machine only. Rejects if the port is in use. */
export async function serveSimulator({ port = 0, ...options }: ServeOptions = {}): Promise<ServedSimulator> {
  let origin = ''
  const simulator = createSimulator({ painter: createNodePainter(), ...options, origin: () => origin })
  const server = createAdaptorServer({
    fetch: (request: Request) =>
      simulator.fetch(request).catch((error: unknown) => {
        // The client no longer waits for the answer.
        if (isAbort(error) || request.signal.aborted) return new Response(null, { status: 499 })
        throw error
      }),
    overrideGlobalObjects: false,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as AddressInfo
  origin = `http://127.0.0.1:${address.port}`
  return {
    port: address.port,
    origin,
    simulator,
    close: () =>
      new Promise((resolve) => {
        simulator.close()
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
