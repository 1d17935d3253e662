import { createHostRules, type Destination, type HostRules, type Reach, toDestination } from './hosts.ts'

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
  /** As GATEWAY names it. */
  id: string
  mode: 'live' | 'simulated'
  key: string
  api: Base
  upload: Base
  /** Where pictures may be fetched from. */
  results: HostRules
  /** Where the source pictures of a request may lie: what our own uploads gave. */
  uploads: HostRules
}

/** Where a gateway is, and where its pictures lie. */
export interface Place {
  api: string
  upload: string
  /** Hosts of pictures that it made, each with all below it. */
  results: readonly string[]
  /** Hosts of pictures that were uploaded to it. */
  uploads: readonly string[]
}

const kieResults = ['aiquickdraw.com', 'redpandaai.co', 'r2.cloudflarestorage.com', 'kie.ai', 'bfl.ai']

/** By id. A further gateway is one entry here; its key is read from ID_API_KEY. Contract sections 1.1, 6 and 7. */
export const gateways = {
  kie: {
    api: 'https://api.kie.ai',
    upload: 'https://kieai.redpandaai.co',
    results: kieResults,
    uploads: ['redpandaai.co'],
  },
  apikley: {
    api: 'https://api.apikley.ru',
    upload: 'https://api.apikley.ru/file-upload',
    // Its own host or KIE's: not known.
    results: [...kieResults, 'apikley.ru'],
    uploads: ['apikley.ru'],
  },
} satisfies Gateways
export type Gateways = Readonly<Record<string, Place>>

/** What the environment says of a gateway. */
export interface GatewaySettings {
  gateway: string
  place: Place
  /** `undefined`: pictures are simulated. */
  apiKey: string | undefined
  /** In place of the gateway's own addresses. Uploads follow the API where only that one is given. */
  apiBaseUrl: string | undefined
  uploadBaseUrl: string | undefined
  /** Further hosts that pictures come from: a domain with all below it, or this machine with a port. */
  resultHosts: readonly string[]
}

/** Whether no real service is asked at all: no key, or the simulator's own key without an address to use it at. */
export function isSimulatedHere(settings: GatewaySettings): boolean {
  return settings.apiKey === undefined || (settings.apiKey === simulatedKey && settings.apiBaseUrl === undefined)
}

export function openGateway(settings: GatewaySettings): Gateway {
  const { gateway, place, apiKey, apiBaseUrl, uploadBaseUrl, resultHosts } = settings
  const following = apiBaseUrl === undefined ? undefined : apiBaseUrl.replace(/\/+$/, '') + uploadPathOf(place)
  return {
    id: gateway,
    // A painted picture must be told from a result, also where the simulator runs by itself.
    mode: apiKey === simulatedKey ? 'simulated' : 'live',
    key: apiKey ?? '',
    api: openBase(apiBaseUrl, place.api),
    upload: openBase(uploadBaseUrl ?? following, place.upload),
    results: createHostRules([...place.results, ...resultHosts]),
    uploads: createHostRules([...place.uploads, ...resultHosts]),
  }
}

/** The gateway that the simulator at `origin`, on this machine, stands in for. */
export function openSimulatedGateway({ gateway, place }: GatewaySettings, origin: string): Gateway {
  const api = toBase(origin, 'loopback')
  const upload = toBase(origin + uploadPathOf(place), 'loopback')
  const rules = createHostRules([new URL(origin).host])
  return { id: gateway, mode: 'simulated', key: simulatedKey, api, upload, results: rules, uploads: rules }
}

/** Some gateways take uploads at a host of their own, some below a path of the one host they have. */
function uploadPathOf(place: Place): string {
  return new URL(place.upload).pathname.replace(/\/+$/, '')
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
