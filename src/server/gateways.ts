import { createHostRules, type Destination, type HostRules, type Reach, toDestination } from './hosts.ts'

/** The variable that holds each gateway's key. */
export const gatewayKeys = { kie: 'KIE_API_KEY', apikley: 'APIKLEY_API_KEY' } as const
export type GatewayId = keyof typeof gatewayKeys

/** The key that the simulator takes. */
export const simulatedKey = 'simulated'

/** Where an endpoint's path is appended to. */
export interface Base {
  to: Destination
  /** Without a slash at its end. */
  path: string
}

/** A host that speaks a dialect, as this proxy reaches it. */
export interface Gateway {
  id: GatewayId
  mode: 'live' | 'simulated'
  key: string
  api: Base
  upload: Base
  /** Where pictures may be fetched from. */
  results: HostRules
  /** Where the source pictures of a request may lie: what our own uploads gave. */
  uploads: HostRules
}

/** What the environment says of a gateway. */
export interface GatewaySettings {
  gateway: GatewayId
  /** `undefined`: pictures are simulated. */
  apiKey: string | undefined
  /** In place of the gateway's own addresses. Uploads follow the API where only that one is given. */
  apiBaseUrl: string | undefined
  uploadBaseUrl: string | undefined
  /** Further hosts that pictures come from: a domain with all below it, or this machine with a port. */
  resultHosts: readonly string[]
}

interface Place {
  api: string
  upload: string
  results: readonly string[]
  uploads: readonly string[]
}

const kieResults = ['aiquickdraw.com', 'redpandaai.co', 'r2.cloudflarestorage.com', 'kie.ai', 'bfl.ai']

/** A further gateway is one entry here, with its key above. Contract sections 1.1, 6 and 7. */
const places: Readonly<Record<GatewayId, Place>> = {
  kie: {
    api: 'https://api.kie.ai',
    upload: 'https://kieai.redpandaai.co',
    results: kieResults,
    uploads: ['redpandaai.co'],
  },
  apikley: {
    api: 'https://api.apikley.ru',
    upload: 'https://api.apikley.ru/file-upload',
    results: [...kieResults, 'apikley.ru'],
    uploads: ['apikley.ru'],
  },
}

export function isGatewayId(value: string): value is GatewayId {
  return Object.hasOwn(gatewayKeys, value)
}

/** Whether no real service is asked at all: no key, or the simulator's own key without an address to use it at. */
export function isSimulatedHere(settings: GatewaySettings): boolean {
  return settings.apiKey === undefined || (settings.apiKey === simulatedKey && settings.apiBaseUrl === undefined)
}

export function openGateway(settings: GatewaySettings): Gateway {
  const place = places[settings.gateway]
  return {
    id: settings.gateway,
    // A painted picture must be told from a result, also where the simulator runs by itself.
    mode: settings.apiKey === simulatedKey ? 'simulated' : 'live',
    key: settings.apiKey ?? '',
    api: openBase(settings.apiBaseUrl, place.api),
    upload: openBase(settings.uploadBaseUrl ?? settings.apiBaseUrl, place.upload),
    results: createHostRules([...place.results, ...settings.resultHosts]),
    uploads: createHostRules([...place.uploads, ...settings.resultHosts]),
  }
}

/** The gateway that the simulator at `origin`, on this machine, stands in for. */
export function openSimulatedGateway(id: GatewayId, origin: string): Gateway {
  const base = toBase(origin, 'loopback')
  const rules = createHostRules([new URL(origin).host])
  return { id, mode: 'simulated', key: simulatedKey, api: base, upload: base, results: rules, uploads: rules }
}

/** The operator's own address may lie in a private network; a built-in one never does. */
function openBase(configured: string | undefined, builtIn: string): Base {
  return configured === undefined ? toBase(builtIn, 'public') : toBase(configured, 'any')
}

export function toBase(address: string, reach: Reach): Base {
  const url = new URL(address)
  return { to: toDestination(url, reach), path: url.pathname.replace(/\/+$/, '') }
}

/** What every request with the key carries; names and values by turns. */
export function serviceHeaders({ key }: Gateway): readonly string[] {
  return ['authorization', `Bearer ${key}`, 'accept', 'application/json', 'accept-encoding', 'identity']
}
