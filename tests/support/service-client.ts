import type { Painter, Size } from '#simulator/painter/painter.ts'
import { createRandom } from '#simulator/painter/random.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '#simulator/simulator.ts'

/** The first bytes of a JPEG and a PNG, which are enough if nothing decodes them. */
export const jpegBytes = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1)
export const pngBytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)

export interface Envelope {
  code?: number
  msg?: string
  message?: string
  // biome-ignore lint/suspicious/noExplicitAny: what a service answers has no type until a test looks at it.
  data?: any
}

/** A simulator with a manual clock, and a client that uses the service's protocol. */
export interface ServiceClient {
  simulator: Simulator
  /** Every request to the painter, in order; each source is treated as 960 × 640. */
  painted: { prompt: string; size: Size; sources: number; format: string }[]
  /** Advances the clock. */
  pass(ms: number): void
  send(path: string, init?: RequestInit): Promise<Response>
  get(path: string): Promise<Envelope>
  post(path: string, body: unknown): Promise<Envelope>
  /** The public address of a newly uploaded image. */
  upload(fileName?: string, bytes?: Uint8Array): Promise<string>
}

export const origin = 'http://127.0.0.1:4999'
export const generate = '/api/v1/flux/kontext/generate'
export const createTask = '/api/v1/jobs/createTask'

export function openService(options: Partial<SimulatorOptions> = {}): ServiceClient {
  let now = 1_790_000_000_000
  const painted: ServiceClient['painted'] = []
  const painter: Painter = {
    async create({ prompt, format }, size) {
      painted.push({ prompt, size, sources: 0, format })
      return format === 'png' ? pngBytes : jpegBytes
    },
    async edit({ prompt, format }, sources, asked) {
      const size = typeof asked === 'function' ? asked({ width: 960, height: 640 }) : asked
      painted.push({ prompt, size, sources: sources.length, format })
      return format === 'png' ? pngBytes : jpegBytes
    },
  }
  const simulator = createSimulator({
    origin: () => origin,
    painter,
    now: () => now,
    random: createRandom(7),
    ...options,
    switches: { durationMs: 4000, ...options.switches },
  })
  const send: ServiceClient['send'] = (path, init = {}) => {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', 'Bearer simulated')
    return simulator.fetch(new Request(new URL(path, origin), { ...init, headers }))
  }
  const post: ServiceClient['post'] = async (path, body) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return (await send(path, init)).json() as Promise<Envelope>
  }
  return {
    simulator,
    painted,
    send,
    post,
    pass: (ms) => {
      now += ms
    },
    get: async (path) => (await send(path)).json() as Promise<Envelope>,
    async upload(fileName = 'cup.png', bytes = pngBytes) {
      const form = new FormData()
      form.append('uploadPath', 'editor')
      form.append('fileName', fileName)
      form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), fileName)
      const response = await send('/api/file-stream-upload', { method: 'POST', body: form })
      const answer = (await response.json()) as Envelope
      return answer.data.downloadUrl as string
    },
  }
}

/** Bodies that the service accepts. */
export const kontextBody = (more: object = {}) => ({ prompt: 'a lighthouse', model: 'flux-kontext-pro', ...more })
export const jobBody = (input: object = {}, model = 'flux-2/pro-text-to-image') => ({
  model,
  input: { prompt: 'a red fox', aspect_ratio: '1:1', resolution: '1K', ...input },
})
