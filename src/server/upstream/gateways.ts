import { createHostRules, type Destination, type HostRules, type Reach, toDestination } from './hosts.ts'

/** The key that the simulator accepts. */
export const simulatedKey = 'simulated'

/** The base to which an endpoint's path is appended. */
export interface Base {
  to: Destination
  /** Without a trailing slash. */
  path: string
}

/** A host with one dialect of the API, and how this proxy reaches it. */
export interface Gateway {
  /** As in GATEWAY. */
  id: string
  mode: 'live' | 'simulated'
  key: string
  api: Base
  upload: Base
  /** Where images may be fetched from. */
  results: HostRules
  /** Where the sources of a request may be: the addresses that our own uploads gave. */
  uploads: HostRules
}

/** The addresses of a gateway and of its images. */
export interface Place {
  api: string
  upload: string
  /** Hosts of the images it made, including subdomains. */
  results: readonly string[]
  /** Hosts of the images uploaded to it. */
  uploads: readonly string[]
}

const kieResults = ['aiquickdraw.com', 'redpandaai.co', 'r2.cloudflarestorage.com', 'kie.ai', 'bfl.ai']

/** By id. A further gateway is one entry here; its key is read from ID_API_KEY. docs/services.md 1.1, 6 and 7. */
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
    // It is not known whether it uses its own host or KIE's.
    results: [...kieResults, 'apikley.ru'],
    uploads: ['apikley.ru'],
  },
} satisfies Gateways
export type Gateways = Readonly<Record<string, Place>>

/** The environment's settings for a gateway. */
export interface GatewaySettings {
  gateway: string
  place: Place
  /** `undefined`: images are simulated. */
  apiKey: string | undefined
  /** Instead of the gateway's own addresses. Uploads use the API's address if only that one is given. */
  apiBaseUrl: string | undefined
  uploadBaseUrl: string | undefined
  /** Further hosts of images: a domain with its subdomains, or this machine with a port. */
  resultHosts: readonly string[]
}

/** Whether no real service is used: no key, or the simulator's own key without an address. */
export function isSimulatedHere(settings: GatewaySettings): boolean {
  return settings.apiKey === undefined || (settings.apiKey === simulatedKey && settings.apiBaseUrl === undefined)
}

export function openGateway(settings: GatewaySettings): Gateway {
  const { gateway, place, apiKey, apiBaseUrl, uploadBaseUrl, resultHosts } = settings
  const following = apiBaseUrl === undefined ? undefined : withoutEnd(apiBaseUrl) + uploadPathOf(place)
  return {
    id: gateway,
    // A simulated image must be distinguishable from a result, also if the simulator runs separately.
    mode: apiKey === simulatedKey ? 'simulated' : 'live',
    key: apiKey ?? '',
    api: openBase(apiBaseUrl, place.api),
    upload: openBase(uploadBaseUrl ?? following, place.upload),
    results: createHostRules([...place.results, ...resultHosts]),
    uploads: createHostRules([...place.uploads, ...resultHosts]),
  }
}

/** The gateway that the simulator at `origin`, on this machine, simulates. */
export function openSimulatedGateway({ gateway, place }: GatewaySettings, origin: string): Gateway {
  const api = toBase(origin, 'loopback')
  const upload = toBase(origin + uploadPathOf(place), 'loopback')
  const rules = createHostRules([new URL(origin).host])
  return { id: gateway, mode: 'simulated', key: simulatedKey, api, upload, results: rules, uploads: rules }
}

/** Some gateways take uploads at a separate host, some below a path of their only host. */
function uploadPathOf(place: Place): string {
  return withoutEnd(new URL(place.upload).pathname)
}

function withoutEnd(address: string): string {
  return address.replace(/\/+$/, '')
}

/** An address set by the operator may be in a private network; a built-in one never is. */
function openBase(configured: string | undefined, builtIn: string): Base {
  return configured === undefined ? toBase(builtIn, 'public') : toBase(configured, 'any')
}

export function toBase(address: string, reach: Reach): Base {
  const url = new URL(address)
  return { to: toDestination(url, reach), path: withoutEnd(url.pathname) }
}

/** Headers of every request with the key; names and values alternate. */
export function serviceHeaders({ key }: Gateway): readonly string[] {
  return ['authorization', `Bearer ${key}`, 'accept', 'application/json', 'accept-encoding', 'identity']
}
