import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Failure } from '#domain/failure.ts'
import { sniffImage } from '#domain/picture.ts'
import { GeminiBody, type GeminiOutcome } from '#providers/gemini.ts'
import { creditsOf } from '#providers/gemini-models.ts'
import type { ProxyRefusal } from '#providers/proxy.ts'
import type { Fallback as Described } from '#providers/send.ts'
import type { Access } from '#server/edge/access.ts'
import { lastPartOf } from '#server/edge/address.ts'
import { type JsonWithBlobs, readJsonWithBlobs } from '#server/edge/body.ts'
import { closedHeaders, type Handler, refused, sendJson, toRefusal } from '#server/edge/refusals.ts'
import { jsonLimitsOf, type Route } from '#server/edge/routes.ts'
import type { Log } from '#server/log.ts'
import type { KeptPictures } from '#server/shared/memory/kept-pictures.ts'
import { type Outcome, type SubmissionStore, toOutcome } from '#server/shared/memory/submissions.ts'
import type { Admit } from '#server/submit/admission.ts'
import { createReserve, readKey, submissionKey } from '#server/submit/submit.ts'
import type { Outbound } from '#server/upstream/guard.ts'
import { endUnread, type Transfers } from '#server/upstream/transfers.ts'
import { type CallEnd, createGeminiCall } from './gemini-call.ts'
import { createModelList, type GeminiService, lookForRetired } from './gemini-service.ts'

/** Makes images that the gateway certainly did not accept. */
export interface Fallback {
  generateFor(route: Route): Handler
  pictureFor(route: Route): Handler
  /** For the page: that a fallback exists, and which model it would use. */
  describe(): Described
  /** Accepts no new ones; resolves when those under way have their answers. */
  drain(): Promise<void>
}

export interface GeminiParts {
  service: GeminiService
  outbound: Pick<Outbound, 'request'>
  submissions: SubmissionStore
  pictures: KeptPictures
  /** Checks the budgets only: the gateway's rate limit does not apply to this service. */
  admit: Admit
  access: Access
  transfers: Transfers
  log: Log
  /** For tests: divides the time that slow readers get. */
  timeoutDivisor?: number
}

/** The pause to suggest when there is no room for another image. */
const fullPauseMs = 3_000
const storePausesMs = [500, 2_000, 8_000, 30_000]

/** A submission, and a function that writes its JSON with the images. */
interface Asked {
  body: GeminiBody
  json: JsonWithBlobs
}

/**
 * Gemini through this proxy. The page sends a submission and is told at once that it was accepted; the call then runs
 * on its own, and its result is kept under the run's id, the image separately. The page fetches both when it wants.
 */
export function createGemini(parts: GeminiParts): Fallback {
  const { service, outbound, submissions, pictures, admit, access, transfers, log } = parts
  const reserve = createReserve(parts)
  const stopping = new AbortController()
  const models = createModelList(service.models)
  const nextModel = () => String(models.inService()[0])
  const call = createGeminiCall({ service, outbound, models, stopping: stopping.signal })
  const underWay = new Set<Promise<void>>()
  lookForRetired(service, models, outbound).catch((error: unknown) =>
    log.warn({ err: error }, 'the models could not be listed'),
  )

  async function make(run: string, asked: Asked, giveBack: () => Promise<void>, deadlineMs: number): Promise<void> {
    const end = await call(asked.body, asked.json, deadlineMs).catch((error: unknown): CallEnd => {
      log.error({ run, err: error }, 'a call of the fallback failed')
      return { state: 'doubt', late: false }
    })
    if (end.state === 'doubt') log.warn({ run }, 'a call of the fallback has no certain answer')
    if (end.state === 'not-sent' || (end.state === 'failed' && !end.chargePossible)) await giveBack()
    // The image is stored first: a page that learns that it was made may ask for it at once.
    await atLast(log, run, () => (end.state === 'made' ? pictures.keep(run, end.bytes) : pictures.release(run)))
    await atLast(log, run, () => submissions.settle(run, outcomeOf(end)))
  }

  /** From here the call runs on its own, or is refused before anything was sent. */
  async function begin(
    run: string,
    asked: Asked,
    { user, deadlineMs }: { user: string; deadlineMs: number },
  ): Promise<ProxyRefusal | { work: Promise<void> }> {
    const { imageSize } = asked.body.generationConfig.imageConfig
    const admission = await admit(user, creditsOf(nextModel(), imageSize), run)
    if (!admission.admitted) return admission.refusal
    if (!(await pictures.reserve(run).catch(() => false))) {
      await admission.giveBack()
      return toRefusal(429, 'The proxy has no room for one more image yet.', { retryAfterMs: fullPauseMs })
    }
    const work = make(run, asked, admission.giveBack, deadlineMs).finally(() => underWay.delete(work))
    underWay.add(work)
    return { work }
  }

  /** The sources are held in memory until the service has answered; `release` frees them. */
  async function generate(route: Route, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const run = readKey(incoming)
    const user = access.userOf(incoming)
    const limits = jsonLimitsOf(route)
    const release = transfers.bodies.take(user, Number(incoming.headers['content-length'] ?? limits.bytes))
    let work: Promise<void> | undefined
    try {
      const json = await readJsonWithBlobs(incoming, limits)
      const body = readBody(json)
      if (stopping.signal.aborted) throw refused(503, 'The proxy is being stopped.', { retryAfterMs: 5_000 })
      const reservation = await reserve(run, `gemini ${json.digest(body)}`)
      if (reservation.state === 'fresh') {
        const begun = await sendOnce(run, { body, json }, { user, deadlineMs: route.deadlineMs })
        work = begun.work
      }
      sendJson(outgoing, 202, { taskId: run })
    } finally {
      void (work ?? Promise.resolve()).finally(release)
    }
  }

  async function sendOnce(run: string, asked: Asked, on: { user: string; deadlineMs: number }) {
    const begun = await begin(run, asked, on)
    if ('work' in begun) return begun
    await submissions.settle(run, toOutcome('free', begun))
    throw refused(begun.code, begun.msg, begun.proxy)
  }

  return {
    generateFor: (route) => (incoming, outgoing) => generate(route, incoming, outgoing),
    pictureFor: () => createPictureHandler(parts),
    describe: () => ({ provider: 'gemini', model: nextModel(), mode: service.mode }),
    async drain() {
      stopping.abort()
      await Promise.allSettled(underWay)
    },
  }
}

/** Stores a result, with retries for a while, because a result that is not stored is lost although it was paid for. */
async function atLast(log: Log, run: string, work: () => Promise<void>): Promise<void> {
  for (const pauseMs of [...storePausesMs, 0]) {
    try {
      return await work()
    } catch (error) {
      log.error({ run, err: error }, 'the outcome of a fallback call could not be stored')
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

/** Answers the page's request for a finished image, by the id of its run. */
function createPictureHandler({ pictures, access, transfers, log, timeoutDivisor }: GeminiParts): Handler {
  return async (incoming, outgoing) => {
    const run = lastPartOf(incoming)
    if (!submissionKey.test(run)) throw refused(400, 'This is not the id of a run.')
    // Before anything is waited for: a place taken for a client that has left already would never be given back.
    outgoing.once('close', transfers.downloads.take(access.userOf(incoming)))
    const found = await pictures.find(run).catch((error: unknown) => {
      log.error({ run, err: error }, 'an image could not be looked up')
      throw refused(503, 'The proxy cannot look up images at the moment.', { retryAfterMs: 5_000 })
    })
    const bytes = found ?? Buffer.alloc(0)
    const mime = sniffImage(bytes)
    if (mime === undefined) throw refused(404, 'The proxy does not have this image any more.')
    endUnread(outgoing, timeoutDivisor)
    outgoing.once('finish', () => void pictures.fetched(run).catch(() => undefined))
    outgoing.writeHead(200, [
      ...['content-type', mime, 'content-length', String(bytes.length), 'content-disposition', 'attachment'],
      ...['cross-origin-resource-policy', 'same-origin'],
      ...closedHeaders,
    ])
    outgoing.end(bytes)
  }
}

/** Checks that texts have a length that the families allow, and that images are of the type they claim. */
function readBody(json: JsonWithBlobs): GeminiBody {
  const read = GeminiBody.safeParse(json.value)
  if (!read.success) {
    const issues = read.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message }))
    throw refused(422, 'The service does not accept these settings.', { issues })
  }
  for (const part of read.data.contents[0].parts) {
    if (!('inlineData' in part)) continue
    const { mimeType, data } = part.inlineData
    // 16 base64 characters are 12 bytes.
    if (sniffImage(Buffer.from(json.head(data, 16), 'base64')) === mimeType) continue
    const message = 'The content of a source image does not match its type.'
    throw refused(422, message, { issues: [{ field: 'sources', message }] })
  }
  return read.data
}

function outcomeOf(end: CallEnd): Outcome {
  switch (end.state) {
    case 'made':
      return answered({ state: 'made', model: end.model, size: end.size })
    case 'failed':
      return answered(end as { state: 'failed'; failure: Failure; chargePossible: boolean })
    case 'not-sent':
      return toOutcome('answered', toRefusal(503, 'Gemini cannot be reached.'))
    case 'doubt': {
      const message = end.late ? 'No answer came in time.' : 'The answer was lost.'
      return toOutcome('unknown', toRefusal(end.late ? 504 : 502, message, { sent: 'unknown' }))
    }
  }
}

function answered(outcome: GeminiOutcome): Outcome {
  return { state: 'answered', status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(outcome) }
}
