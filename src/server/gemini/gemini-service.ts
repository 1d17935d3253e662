import { defaultModels } from '#providers/gemini-models.ts'
import { parseJson } from '#providers/send.ts'
import { type Base, simulatedKey, toBase } from '#server/upstream/gateways.ts'
import { type Outbound, readAnswer } from '#server/upstream/guard.ts'

/** The environment's settings for Gemini. */
export interface GeminiSettings {
  apiKey: string
  apiBaseUrl: string | undefined
  /** In the order in which they are asked. Empty: the built-in list. */
  models: readonly string[]
}

/** Gemini as this proxy reaches it. */
export interface GeminiService {
  mode: 'live' | 'simulated'
  key: string
  api: Base
  models: readonly string[]
}

const address = 'https://generativelanguage.googleapis.com'
const listDeadlineMs = 10_000
const mostListBytes = 4 * 1024 * 1024

export function openGemini({ apiKey, apiBaseUrl, models }: GeminiSettings): GeminiService {
  return {
    mode: apiKey === simulatedKey ? 'simulated' : 'live',
    key: apiKey,
    api: apiBaseUrl === undefined ? toBase(address, 'public') : toBase(apiBaseUrl, 'any'),
    models: models.length > 0 ? models : defaultModels,
  }
}

/** Gemini as simulated by the simulator at `origin`, on this machine. */
export function openSimulatedGemini(origin: string, models: readonly string[] = []): GeminiService {
  const service = openGemini({ apiKey: simulatedKey, apiBaseUrl: undefined, models })
  return { ...service, api: toBase(origin, 'loopback') }
}

/** The key is sent in a header, because addresses end up in logs. Names and values alternate. */
export function geminiHeaders({ key }: GeminiService): readonly string[] {
  return ['x-goog-api-key', key, 'accept', 'application/json', 'accept-encoding', 'identity']
}

/** The configured models without those found to be retired. */
export interface ModelList {
  inService(): readonly string[]
  retire(model: string): void
}

export function createModelList(models: readonly string[]): ModelList {
  const retired = new Set<string>()
  return {
    inService() {
      const left = models.filter((model) => !retired.has(model))
      // If all of them are retired, the service is asked anyway, and says so.
      return left.length > 0 ? left : models
    },
    retire: (model) => void retired.add(model),
  }
}

/**
 * Asks once which models are in service, so that the price shown is that of the model that will be used. Free; on any
 * error the list stays as it is.
 */
export async function lookForRetired(
  service: GeminiService,
  list: ModelList,
  outbound: Pick<Outbound, 'request'>,
): Promise<void> {
  const path = `${service.api.path}/v1beta/models?pageSize=1000`
  const call = { to: service.api.to, path, method: 'GET', headers: geminiHeaders(service) } as const
  const answer = await outbound.request({ ...call, deadlineMs: listDeadlineMs })
  if (!answer.ok) return
  const read = await readAnswer(answer, mostListBytes)
  if (!read.ok || answer.status !== 200) return
  const { models, nextPageToken } = (parseJson(read.bytes.toString()) ?? {}) as {
    models?: unknown
    nextPageToken?: unknown
  }
  // A list with further pages says nothing about models that are not on this page.
  if (!Array.isArray(models) || nextPageToken) return
  const offered = new Set(models.map((model: { name?: unknown } | null) => model?.name))
  const gone = service.models.filter((model) => !offered.has(`models/${model}`))
  if (gone.length < service.models.length) for (const model of gone) list.retire(model)
}
