import * as z from 'zod/mini'
import { decodeBase64, encodeBase64 } from '#domain/base64.ts'
import { sniffImage } from '#domain/picture.ts'
import type { Fetch } from '#providers/provider.ts'
import type { Painter, PictureFormat } from '#simulator/painter/painter.ts'
import { outagePage, readFaults } from './faults.ts'
import { type GeminiModel, geminiModels, geminiTroubles } from './gemini-facts.ts'
import { createPaintQueue } from './paint-queue.ts'
import { jobFrame } from './sizes.ts'
import type { Switches } from './switches.ts'
import { duration } from './tasks.ts'

/** One request for an image, including refused ones, without the images in it. */
export interface GeminiCall {
  model: string
  status?: number
  prompt: string
  sources: number
  modalities: readonly string[]
  imageConfig: { aspectRatio?: string | undefined; imageSize?: string | undefined }
  /** Names of its headers, sorted. */
  headers: readonly string[]
  keyInAddress: boolean
}

export interface GeminiState {
  calls: readonly GeminiCall[]
  /** One for each image that was made, whether or not it was delivered. */
  charges: readonly GeminiCharge[]
}

interface GeminiCharge {
  model: string
  dollars: number
  prompt: string
}

interface GeminiOptions {
  painter: Painter
  key: string
  switches: () => Switches
  random: () => number
  wait: (ms: number) => Promise<void>
  /** Ends requests that hang. */
  closed: AbortSignal
}

export interface Gemini {
  /** The route for a path of this service; `undefined` for any other. */
  find(method: string, pathname: string): Fetch | undefined
  state(): GeminiState
}

const Inline = z.object({ mimeType: z.string(), data: z.string() })
const Body = z.object({
  contents: z.array(
    z.object({ parts: z.array(z.object({ text: z.optional(z.string()), inlineData: z.optional(Inline) })) }),
  ),
  generationConfig: z.optional(
    z.object({
      responseModalities: z.optional(z.array(z.string())),
      imageConfig: z.optional(z.object({ aspectRatio: z.optional(z.string()), imageSize: z.optional(z.string()) })),
    }),
  ),
})

interface Order {
  model: string
  prompt: string
  sources: readonly Uint8Array[]
  call: GeminiCall
}

/**
 * Google's image models: real HTTP statuses, one answer per call, no tasks. Prompts control it with `[[gemini:block]]`,
 * `[[gemini:503]]` and so on; `once` after a number applies to the first call of a prompt only.
 */
export function createGemini(options: GeminiOptions): Gemini {
  const { key, switches, random, wait } = options
  const calls: GeminiCall[] = []
  const charges: GeminiCharge[] = []
  const draw = createDrawing(options, charges)

  const isKeyed = (request: Request) => request.headers.get('x-goog-api-key') === key
  async function generate(request: Request, model: string): Promise<Response> {
    const body = Body.safeParse(await request.json().catch(() => undefined))
    const parts = body.success ? body.data.contents.flatMap((content) => content.parts) : []
    const { responseModalities: modalities = [], imageConfig = {} } = (body.success && body.data.generationConfig) || {}
    const call: GeminiCall = {
      model,
      prompt: parts.map(({ text }) => text ?? '').join(''),
      sources: parts.filter(({ inlineData }) => inlineData).length,
      modalities,
      imageConfig,
      headers: [...request.headers.keys()].sort(),
      keyInAddress: new URL(request.url).searchParams.has('key'),
    }
    calls.push(call)
    const response = await answer(request, body.success, parts, call)
    call.status = response.status
    return response
  }

  async function answer(
    request: Request,
    isReadable: boolean,
    parts: readonly z.infer<typeof Body>['contents'][number]['parts'][number][],
    call: GeminiCall,
  ): Promise<Response> {
    if (!isKeyed(request)) return keyTrouble(request)
    const facts = geminiModels[call.model]
    if (!facts) return trouble(404, 'NOT_FOUND', `models/${call.model} is not found for API version v1beta.`)
    const sources = parts.flatMap(({ inlineData }) => (inlineData ? [bytesOf(inlineData.data)] : []))
    const objection = isReadable ? objectionTo(call, facts, sources) : 'Invalid JSON payload received.'
    if (objection !== undefined) return trouble(400, 'INVALID_ARGUMENT', objection)
    const words = steering(call.prompt)
    const isFirst = calls.filter(({ prompt }) => prompt === call.prompt).length === 1
    const asked = words.find((word) => geminiTroubles[word.replace(/once$/, '')] && (isFirst || !word.endsWith('once')))
    if (asked !== undefined) return asTrouble(asked.replace(/once$/, ''), switches())
    if (words.includes('html')) return outagePage(502)
    await wait(readFaults(call.prompt).slowMs ?? duration(switches(), random))
    const silent = withoutPicture(call, words)
    return (
      silent ??
      draw(
        request,
        { model: call.model, prompt: call.prompt, sources: sources.flatMap((one) => one ?? []), call },
        words,
      )
    )
  }

  const list = (request: Request) => {
    if (!isKeyed(request)) return keyTrouble(request)
    const models = Object.keys(geminiModels).map((id) => ({
      name: `models/${id}`,
      supportedGenerationMethods: ['generateContent'],
    }))
    return Response.json({ models })
  }

  return {
    find(method, pathname) {
      if (method === 'GET' && pathname === '/v1beta/models') return async (request) => list(request)
      const model = /^\/v1beta\/models\/([\w.-]+):generateContent$/.exec(pathname)?.[1]
      return method === 'POST' && model !== undefined ? (request) => generate(request, model) : undefined
    },
    state: () => structuredClone({ calls, charges }),
  }
}

function keyTrouble(request: Request): Response {
  return request.headers.has('x-goog-api-key') || new URL(request.url).searchParams.has('key')
    ? trouble(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
      ])
    : trouble(403, 'PERMISSION_DENIED', 'Method doesn’t allow unregistered callers.')
}

/** Answers with an image and adds its price to the spent credits. */
function createDrawing({ painter, switches, closed }: GeminiOptions, charges: GeminiCharge[]) {
  const paintQueue = createPaintQueue(painter, switches)

  function paint({ prompt, sources, call }: Order, format: PictureFormat): Promise<Uint8Array> {
    const { aspectRatio, imageSize } = call.imageConfig
    const frame = jobFrame(aspectRatio ?? (sources.length > 0 ? 'auto' : '1:1'), imageSize)
    return paintQueue.paint({ prompt, format, frame, sources, variation: paintQueue.nextVariation(prompt) })
  }

  return async (request: Request, order: Order, words: readonly string[]): Promise<Response> => {
    const { model, call } = order
    const isMislabelled = words.includes('mislabel')
    const bytes = await paint(order, isMislabelled ? 'jpeg' : 'png')
    charges.push({ model, dollars: call.imageConfig.imageSize === '2K' ? 0.051 : 0.034, prompt: call.prompt })
    if (words.includes('hang')) await never(AbortSignal.any([request.signal, closed]))
    const draft = await painter.create({ prompt: 'draft', format: 'jpeg', variation: 0 }, { width: 64, height: 64 })
    const picture = { mimeType: isMislabelled ? 'image/png' : mimeOf(bytes), data: encodeBase64(bytes) }
    return given(model, 'STOP', call.imageConfig.imageSize === '2K' ? 1680 : 1120, [
      { text: 'A first idea.', thought: true },
      { inlineData: { mimeType: mimeOf(draft), data: encodeBase64(draft) }, thought: true },
      ...(call.modalities.includes('TEXT') ? [{ text: 'Here is the picture.' }] : []),
      { inlineData: picture, thoughtSignature: 'Cg' },
    ])
  }
}

function steering(prompt: string): string[] {
  return [...prompt.matchAll(/\[\[\s*gemini:([\w.]+)\s*\]\]/gi)].map((match) => (match[1] ?? '').toLowerCase())
}

/** The service's message about a ratio, size or image that it does not accept. */
function objectionTo(
  { prompt, imageConfig: { aspectRatio, imageSize } }: GeminiCall,
  { ratios, sizes }: GeminiModel,
  sources: readonly (Uint8Array | undefined)[],
): string | undefined {
  if (prompt === '') return 'contents must not be empty.'
  if (aspectRatio !== undefined && !ratios.includes(aspectRatio)) {
    return `aspect_ratio must be one of ${ratios.map((ratio) => `'${ratio}'`).join(', ')}.`
  }
  if (imageSize !== undefined && !sizes.includes(imageSize)) {
    return `Invalid value at 'generation_config.image_config.image_size': "${imageSize}"`
  }
  if (sources.length > 14) return 'The maximum number of images is 14.'
  return sources.every((bytes) => bytes && sniffImage(bytes)) ? undefined : 'Unable to process input image.'
}

function asTrouble(word: string, { retryDelayMs }: Switches): Response {
  const { code, status, message } = geminiTroubles[word] ?? {
    code: 500,
    status: 'INTERNAL',
    message: 'Internal error.',
  }
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryDelayMs / 1000}s` }
  return trouble(code, status, message, code === 429 || code === 503 ? [retry] : [])
}

/** An answer without an image, if the prompt asks for one. */
function withoutPicture({ model, modalities }: GeminiCall, words: readonly string[]): Response | undefined {
  if (words.includes('block')) {
    return Response.json({
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 },
      modelVersion: model,
    })
  }
  if (words.includes('blocked'))
    return given(model, 'IMAGE_SAFETY', 0, undefined, 'Unable to show the generated image.')
  if (words.includes('max')) return given(model, 'MAX_TOKENS', 64, [{ text: 'A picture of' }])
  if (words.includes('nothing')) return given(model, 'NO_IMAGE', 0, undefined)
  const isWords = words.includes('words') && modalities.includes('TEXT')
  return isWords ? given(model, 'STOP', 31, [{ text: 'I can describe it: a fox in the snow.' }]) : undefined
}

function given(
  model: string,
  finishReason: string,
  candidatesTokenCount: number,
  parts: readonly unknown[] | undefined,
  finishMessage?: string,
): Response {
  const content = parts ? { content: { role: 'model', parts } } : {}
  const usageMetadata = { promptTokenCount: 271, candidatesTokenCount, totalTokenCount: 271 + candidatesTokenCount }
  const candidate = { index: 0, finishReason, ...content, ...(finishMessage === undefined ? {} : { finishMessage }) }
  return Response.json({ candidates: [candidate], usageMetadata, modelVersion: model, responseId: 'r-7f2' })
}

function trouble(code: number, status: string, message: string, details: readonly unknown[] = []): Response {
  const error = { code, status, message, ...(details.length > 0 ? { details } : {}) }
  return Response.json({ error }, { status: code })
}

function bytesOf(data: string): Uint8Array | undefined {
  try {
    return decodeBase64(data)
  } catch {
    return undefined
  }
}

function mimeOf(bytes: Uint8Array): string {
  return sniffImage(bytes) ?? 'image/png'
}

function never(over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (over.aborted) reject(over.reason)
    over.addEventListener('abort', () => reject(over.reason), { once: true })
  })
}
