import * as z from 'zod/mini'
import { GenerationError } from '#domain/failure.ts'
import { isNonEmpty, type TaskId } from '#domain/ids.ts'
import { createKieCallbacks } from './kie-callbacks.ts'
import { isRecordMissing, submissionFailure, type Trouble, toFailure } from './kie-failures.ts'
import type { Call, Endpoint, Provider, TaskStatus } from './provider.ts'
import { readRefusal } from './proxy.ts'
import { parseJson } from './send.ts'

/** The service's task ids: 32 hex digits as recorded, other forms in its documentation. docs/services.md 2.1. */
export const taskIdPattern = /^[A-Za-z0-9_-]{1,128}$/

const callbacks = createKieCallbacks(taskIdPattern)
const taskQuery = { taskId: taskIdPattern }
const upload = { kind: 'upload', method: 'POST', host: 'upload', path: '/api/file-stream-upload' } as const
const credits = { kind: 'credits', method: 'GET', host: 'api', path: '/api/v1/chat/credit' } as const
const link = { kind: 'link', method: 'POST', host: 'api', path: '/api/v1/common/download-url' } as const
const shared: readonly Endpoint[] = [upload, credits, link]

/** Uploads live for 24 hours by the shortest claim. docs/services.md 4. */
const uploadsKeptMs = 20 * 3_600_000
/** A record may not be visible for a while after its submission. docs/services.md 2.3. */
const graceMs = 90_000

// Numbers may come as text and text as numbers; a missing value may be the text "null". docs/services.md 1.3.
const looseNumber = z.nullish(z.pipe(z.union([z.number(), z.string()]), z.transform(Number)))
const looseText = z.nullish(z.union([z.string(), z.number()]))
const Envelope = z.object({ code: looseNumber, msg: looseText, message: looseText, data: z.optional(z.unknown()) })
const Submitted = z.object({ taskId: z.string().check(z.regex(taskIdPattern)) })
const Uploaded = z.object({ downloadUrl: looseText, fileUrl: looseText })
const KontextRecord = z.object({
  successFlag: looseNumber,
  response: z.nullish(z.object({ resultImageUrl: looseText, originImageUrl: looseText })),
  errorCode: looseNumber,
  errorMessage: looseText,
})
const Results = z.object({ resultUrls: z.nullish(z.array(z.nullish(z.string()))) })
const JobRecord = z.object({
  state: z.nullish(z.string()),
  successFlag: looseNumber,
  resultJson: z.optional(z.unknown()),
  response: z.optional(z.unknown()),
  failCode: looseNumber,
  failMsg: looseText,
})

/** An outer answer: the data of a success, or the error. Business errors arrive as HTTP 200. docs/services.md 1.3. */
type Answer = { ok: true; data: unknown } | { ok: false; trouble: Trouble }

function readAnswer(httpStatus: number, body: string): Answer {
  const json = parseJson(body)
  const envelope = Envelope.safeParse(json)
  if (!envelope.success) return { ok: false, trouble: { code: httpStatus, msg: '' } }
  const code = envelope.data.code ?? Number.NaN
  const msg = text(envelope.data.msg) ?? text(envelope.data.message) ?? ''
  if (Number.isNaN(code)) return { ok: false, trouble: { code: httpStatus, msg } }
  return code === 200 ? { ok: true, data: envelope.data.data } : { ok: false, trouble: { code, msg } }
}

function text(value: string | number | null | undefined): string | undefined {
  const written = String(value ?? '')
  return written === '' || written === 'null' ? undefined : written
}

function address(value: string | number | null | undefined): string | undefined {
  const written = String(value)
  return /^https?:\/\//i.test(written) ? written : undefined
}

async function ask(endpoint: Endpoint, init: RequestInit, call: Call, query = ''): Promise<Answer> {
  const response = await call.send(endpoint.path + query, { method: endpoint.method, signal: call.signal, ...init })
  const body = await response.text()
  const refusal = readRefusal(parseJson(body))
  if (refusal) throw new GenerationError(refusal.failure)
  return readAnswer(response.status, body)
}

function jsonBody(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

interface Dialect {
  id: string
  submit: Endpoint
  status: Endpoint
  readRecord(data: unknown): TaskStatus
}

function createKieProvider({ id, submit, status, readRecord }: Dialect): Provider {
  const readSubmission = (httpStatus: number, body: string): TaskId => {
    const refusal = readRefusal(parseJson(body))
    if (refusal) throw new GenerationError(refusal.failure)
    const answer = readAnswer(httpStatus, body)
    if (!answer.ok) throw new GenerationError(submissionFailure(answer.trouble))
    const submitted = Submitted.safeParse(answer.data)
    if (!submitted.success) {
      throw new GenerationError({ kind: 'unconfirmed', code: 200, said: 'an answer without a task id' })
    }
    return submitted.data.taskId as TaskId
  }

  return {
    id,
    endpoints: [submit, status, ...shared],
    callbacks,
    uploadsKeptMs,

    async upload(image, fileName, call) {
      const form = new FormData()
      form.append('uploadPath', 'atelier')
      form.append('fileName', fileName)
      form.append('file', image, fileName)
      const answer = await ask(upload, { body: form }, call)
      if (!answer.ok) throw new GenerationError(toFailure(answer.trouble))
      const uploaded = Uploaded.safeParse(answer.data)
      const url = uploaded.success ? (address(uploaded.data.downloadUrl) ?? address(uploaded.data.fileUrl)) : undefined
      if (url === undefined)
        throw new GenerationError({ kind: 'unexpected', detail: 'it gave no address for an upload.' })
      return url
    },

    async submit(body, run, call) {
      const response = await call.send(submit.path, {
        method: submit.method,
        signal: call.signal,
        ...jsonBody(body, { 'idempotency-key': run }),
      })
      return readSubmission(response.status, await response.text())
    },

    readSubmission,

    readStatus(httpStatus, body) {
      const answer = readAnswer(httpStatus, body)
      return answer.ok && answer.data !== null && answer.data !== undefined ? readRecord(answer.data) : undefined
    },

    async check(taskId, ageMs, call) {
      const answer = await ask(status, {}, call, `?taskId=${encodeURIComponent(taskId)}`)
      if (answer.ok && answer.data !== null && answer.data !== undefined) return readRecord(answer.data)
      if (answer.ok || isRecordMissing(answer.trouble)) {
        if (ageMs < graceMs) return { state: 'running' }
        const trouble = answer.ok ? { code: 422, msg: 'record does not exist' } : answer.trouble
        return { state: 'failed', failure: toFailure(trouble), chargePossible: true }
      }
      throw new GenerationError(toFailure(answer.trouble))
    },

    async balance(call) {
      const answer = await ask(credits, {}, call)
      const balance = answer.ok && answer.data !== '' ? looseNumber.safeParse(answer.data).data : undefined
      return balance === null || Number.isNaN(balance) ? undefined : balance
    },

    async freshLink(imageUrl, call) {
      const answer = await ask(link, jsonBody({ url: imageUrl }), call)
      if (!answer.ok) throw new GenerationError(toFailure(answer.trouble))
      const url = typeof answer.data === 'string' ? address(answer.data) : undefined
      if (url === undefined) throw new GenerationError({ kind: 'expired' })
      return url
    },
  }
}

/** Flags 0–3; any other value means that the task is still running. docs/services.md 2.2. */
function readKontextRecord(data: unknown): TaskStatus {
  const record = KontextRecord.safeParse(data)
  if (!record.success) return { state: 'running' }
  const { successFlag, response, errorCode, errorMessage } = record.data
  if (successFlag === 2 || successFlag === 3) return failed(errorCode, errorMessage)
  if (successFlag !== 1) return { state: 'running' }
  const result = address(response?.resultImageUrl)
  const spare = address(response?.originImageUrl)
  const spareUrls = spare === undefined ? [] : [spare]
  return result === undefined ? { state: 'empty', spareUrls } : { state: 'done', imageUrls: [result], spareUrls }
}

/** Some records have a flag in place of the word. */
const wordOfFlag: Readonly<Record<number, string>> = { 1: 'success', 2: 'fail', 3: 'fail' }

/** The state is a word; results are read on success only. docs/services.md 3.2. */
function readJobRecord(data: unknown): TaskStatus {
  const record = JobRecord.safeParse(data)
  if (!record.success) return { state: 'running' }
  const { state, successFlag, resultJson, response, failCode, failMsg } = record.data
  const word = state ?? wordOfFlag[Number(successFlag)]
  if (word === 'fail' || word === 'failed' || word === 'error') return failed(failCode, failMsg)
  if (word !== 'success') return { state: 'running' }
  const urls = [resultJson, response].map(resultUrls).find(isNonEmpty)
  return urls ? { state: 'done', imageUrls: urls, spareUrls: [] } : { state: 'empty', spareUrls: [] }
}

function resultUrls(value: unknown): readonly string[] {
  const results = Results.safeParse(typeof value === 'string' ? parseJson(value) : value)
  return results.data?.resultUrls?.map(address).filter((url) => url !== undefined) ?? []
}

function failed(code: number | null | undefined, message: string | number | null | undefined): TaskStatus {
  const trouble = { code: code || 501, msg: text(message) ?? '' }
  // In a task record, 400 is the code for content policy, whatever the message. docs/services.md 2.2.
  const policy = trouble.code === 400 && toFailure(trouble).kind === 'invalid'
  if (policy)
    return { state: 'failed', failure: { kind: 'rejected', reason: trouble.msg, code: 400, said: trouble.msg } }
  const failure = toFailure(trouble)
  // A time-out inside the service may have been charged. docs/services.md 1.4.
  return { state: 'failed', failure, ...(failure.kind === 'timed-out' ? { chargePossible: true } : {}) }
}

export const kieKontext = createKieProvider({
  id: 'kie-kontext',
  submit: { kind: 'submit', method: 'POST', host: 'api', path: '/api/v1/flux/kontext/generate' },
  status: { kind: 'status', method: 'GET', host: 'api', path: '/api/v1/flux/kontext/record-info', query: taskQuery },
  readRecord: readKontextRecord,
})

export const kieJobs = createKieProvider({
  id: 'kie-jobs',
  submit: { kind: 'submit', method: 'POST', host: 'api', path: '/api/v1/jobs/createTask' },
  status: { kind: 'status', method: 'GET', host: 'api', path: '/api/v1/jobs/recordInfo', query: taskQuery },
  readRecord: readJobRecord,
})
