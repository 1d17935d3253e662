import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseEnv } from 'node:util'
import { keyNameOf } from '#domain/gateway.ts'
import { isTrustable } from '#server/edge/client.ts'
import type { NamedToken } from '#server/edge/tokens.ts'
import type { GeminiSettings } from '#server/gemini/gemini-service.ts'
import type { BudgetLimits } from '#server/shared/memory/budget.ts'
import type { CompanyProxy } from '#server/upstream/company-proxy.ts'
import { type GatewaySettings, type Gateways, gateways, isSimulatedHere } from '#server/upstream/gateways.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** All settings from the environment, checked once. */
export interface Config extends GatewaySettings {
  /** `undefined` if there is no key for it. */
  gemini: GeminiSettings | undefined
  /** The origin at which browsers reach this proxy, if it is not its own host and port. */
  publicUrl: string | undefined
  /** The keys that the service may sign its callbacks with. Empty: callbacks are not signed. */
  webhookKeys: readonly string[]
  allowedOrigins: readonly string[]
  /** Access tokens for the proxy, with names if users are to be told apart. */
  tokens: readonly NamedToken[]
  /** Token for `GET /api/spend`. */
  adminToken: string | undefined
  /** Token for `GET /metrics`. */
  metricsToken: string | undefined
  /** The server in front whose word about the client's address is trusted: an address or a network. */
  trustedProxy: string | undefined
  /** The company's proxy for all connections to other machines. */
  companyProxy: CompanyProxy | undefined
  /** The Redis in which proxies with the same key share their state. */
  redisUrl: string | undefined
  limits: BudgetLimits
  host: string
  /** 0 chooses a free one. */
  port: number
  /** Values that must never appear in a log or an answer. */
  secrets: readonly string[]
  /** Messages for the operator about settings that have no effect. */
  notes: readonly string[]
}

const secretNames = ['GEMINI_API_KEY', 'KIE_WEBHOOK_HMAC_KEY', 'REDIS_URL', 'PROXY_ADMIN_TOKEN', 'METRICS_TOKEN']
const geminiKey = 'GEMINI_API_KEY'
const printable = /^[\x21-\x7e]+$/
/** A token of 20 characters cannot be guessed, with any number of tries. */
const isToken = (value: string) => printable.test(value) && value.length >= 20 && value.length <= 200
const tokenRule = 'must be 20 to 200 characters without spaces; npm run token makes one'
const namedToken = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}:[\x21-\x7e]{20,200}$/
const namedRule = 'must list NAME:TOKEN, a name of letters, digits, ".", "_" or "-" and a token of 20 to 200 characters'
const trustedRule = 'must be one address or network, such as 127.0.0.1 or 10.0.0.0/24'
const thisMachineWithPort = /^(127\.0\.0\.1|localhost|\[::1\]):[1-9]\d{0,4}$/
const webProtocols = new Set(['http:', 'https:'])
const redisProtocols = new Set(['redis:', 'rediss:'])
const modelId = /^[a-z0-9][a-z0-9.-]{0,79}$/
const domain = /^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/

/** The environment, which overrides `.env.local` in `folder`. Throws if that file exists but cannot be read as text. */
export function readEnvironment(folder: string, environment: Environment = process.env): Environment {
  return { ...readSettings(`${folder}/.env.local`), ...environment }
}

/** Without a key images are simulated, so a file that cannot be read must not be treated as missing. */
function readSettings(file: string): Environment {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return {}
    throw new Error(`.env.local cannot be read (${code}). Mend it, or take it away.`)
  }
  const text = decodeText(bytes)
  if (text === undefined || text.includes('\0')) {
    throw new Error('.env.local is not in UTF-8. Save it again as UTF-8: on Windows that is a choice of the editor.')
  }
  return parseEnv(text)
}

/** Takes off a byte order mark. `undefined` if this is not UTF-8. */
function decodeText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Throws if a value cannot be used; the message names variables and rules, never a value. Empty counts as unset. */
export function readConfig(env: Environment, known: Gateways = gateways): Config {
  const problems = exposedSecrets(env)
  const { read, check, checkList, readCount } = createReader(env, problems)
  const ids = Object.keys(known)
  const gateway = check('GATEWAY', (id) => Object.hasOwn(known, id), `must be ${ids.join(' or ')}`) ?? 'kie'
  const keyNames = ids.map(keyNameOf)
  for (const name of [...keyNames, geminiKey]) {
    check(name, (value) => printable.test(value), 'must be plain characters without spaces')
  }
  const baseRule = 'must be an address with https, or with http on this machine (127.0.0.1)'
  const geminiApiKey = read(geminiKey)
  const geminiBaseUrl = check('GEMINI_API_BASE_URL', isBaseUrl, baseRule)
  const models = checkList('GEMINI_MODELS', (value) => modelId.test(value), 'must list model ids')
  const publicUrl = check('PUBLIC_URL', isBaseUrl, baseRule)
  const keysRule = 'must list keys of plain characters without spaces'
  const webhookKeys = checkList('KIE_WEBHOOK_HMAC_KEY', (value) => printable.test(value), keysRule)
  const tokens = readTokens(check, checkList, problems)
  const allowedOrigins = checkList('ALLOWED_ORIGINS', isOrigin, 'must list origins such as https://studio.example')
  const config: Config = {
    gateway,
    place: known[gateway] ?? gateways.kie,
    apiKey: read(keyNameOf(gateway)),
    apiBaseUrl: check('KIE_API_BASE_URL', isBaseUrl, baseRule),
    uploadBaseUrl: check('KIE_UPLOAD_BASE_URL', isBaseUrl, baseRule),
    gemini: geminiApiKey === undefined ? undefined : { apiKey: geminiApiKey, apiBaseUrl: geminiBaseUrl, models },
    resultHosts: checkList('KIE_RESULT_HOSTS', isResultHost, 'must list domains, or 127.0.0.1:PORT for this machine'),
    publicUrl: publicUrl && isBaseUrl(publicUrl) ? new URL(publicUrl).origin : undefined,
    webhookKeys,
    allowedOrigins,
    tokens,
    adminToken: check('PROXY_ADMIN_TOKEN', isToken, tokenRule),
    metricsToken: check('METRICS_TOKEN', isToken, tokenRule),
    trustedProxy: check('TRUSTED_PROXY', isTrustable, trustedRule),
    companyProxy: readCompanyProxy(read, check, problems),
    redisUrl: check(
      'REDIS_URL',
      isRedisUrl,
      'must be an address such as redis://127.0.0.1:6379, or rediss:// with TLS',
    ),
    limits: {
      userRunsPerMinute: readCount('USER_RUNS_PER_MINUTE'),
      userDailyCredits: readCount('USER_DAILY_CREDITS'),
      dailyCredits: readCount('DAILY_CREDITS'),
    },
    host: read('HOST') ?? '127.0.0.1',
    port: Number(check('PORT', isPort, 'must be a whole number from 0 to 65535') ?? 3000),
    secrets: [
      ...[...keyNames, ...secretNames].map(read),
      passwordIn(read('REDIS_URL')),
      ...passwordsOf(companyProxyIn(read)),
      ...webhookKeys,
      ...tokens.map(({ token }) => token),
    ].filter((value) => value !== undefined),
    notes: [...notesOn(read, gateway, keyNames), ...notesOnCookies(publicUrl, allowedOrigins)],
  }
  const isWhole = (value: string) => /^[1-9]\d{0,3}$/.test(value)
  const replicas = Number(check('REPLICAS', isWhole, 'must be a whole number above 0') ?? 1)
  problems.push(...conflictsIn(config, replicas))
  if (problems.length > 0) throw new Error(`These settings cannot be used:\n- ${problems.join('\n- ')}`)
  return config
}

/** Checks settings that are valid alone, but must not be used together. */
function conflictsIn(config: Config, replicas: number): string[] {
  const problems: string[] = []
  const open = config.tokens.length === 0 ? reachableBy(config) : undefined
  if (open !== undefined) {
    problems.push(
      `PROXY_ACCESS_TOKEN must be set where ${open} is reachable from outside: anybody could spend the credits`,
    )
  }
  problems.push(...doublesIn(config))
  if (replicas > 1 && config.redisUrl === undefined) {
    problems.push(
      'REDIS_URL must be set where REPLICAS is above 1: proxies that share nothing could pay for a run twice',
    )
  }
  return problems
}

/** Reads variables; those that break their rule are added to `problems`. */
function createReader(env: Environment, problems: string[]) {
  const read: Read = (name) => env[name]?.trim() || undefined
  const check: Check = (name, isFine, rule) => {
    const value = read(name)
    if (value !== undefined && !isFine(value)) problems.push(`${name} ${rule}`)
    return value
  }
  const checkList: CheckList = (name, isFine, rule) => {
    const values = (read(name) ?? '').split(',').map((value) => value.trim())
    const given = values.filter((value) => value !== '')
    if (!given.every(isFine)) problems.push(`${name} ${rule}`)
    return given
  }
  const readCount = (name: string): number | undefined => {
    const isCount = (value: string) => /^\d{1,9}(\.\d+)?$/.test(value) && Number(value) > 0
    const value = check(name, isCount, 'must be a number above 0')
    return value === undefined ? undefined : Number(value)
  }
  return { read, check, checkList, readCount }
}

type Read = (name: string) => string | undefined
type Check = (name: string, isFine: (value: string) => boolean, rule: string) => string | undefined
type CheckList = (name: string, isFine: (value: string) => boolean, rule: string) => string[]

function readTokens(check: Check, checkList: CheckList, problems: string[]): NamedToken[] {
  const token = check('PROXY_ACCESS_TOKEN', isToken, tokenRule)
  const named = checkList('PROXY_ACCESS_TOKENS', (pair) => namedToken.test(pair), namedRule).map((pair) => {
    const at = pair.indexOf(':')
    return { name: pair.slice(0, at), token: pair.slice(at + 1) }
  })
  const names = named.map(({ name }) => name.toLowerCase())
  if (new Set(names).size < names.length) problems.push('PROXY_ACCESS_TOKENS must give each name once')
  return [...(token === undefined ? [] : [{ name: undefined, token }]), ...named]
}

const companyProxyIn = (read: Read) => read('HTTPS_PROXY') ?? read('https_proxy')

/** `HTTPS_PROXY` is often set for other programs, so it is used only if the operator asks for it. */
function readCompanyProxy(read: Read, check: Check, problems: string[]): CompanyProxy | undefined {
  const use = check('USE_HTTPS_PROXY', (value) => value === '1', 'must be 1 or empty')
  if (use !== '1') return undefined
  const address = companyProxyIn(read)
  if (address === undefined) problems.push('HTTPS_PROXY must be set where USE_HTTPS_PROXY is 1')
  else if (!isCompanyProxy(address)) problems.push('HTTPS_PROXY must be an address such as http://proxy.example:3128')
  else return { address: new URL(address), except: exceptionsIn(read) }
  return undefined
}

/** Splits at commas or spaces. */
function exceptionsIn(read: Read): string[] {
  const entries = (read('NO_PROXY') ?? read('no_proxy') ?? '').toLowerCase().split(/[\s,]/)
  return entries.filter((entry) => entry !== '')
}

function isCompanyProxy(value: string): boolean {
  const url = parseUrl(value)
  if (url === undefined || !webProtocols.has(url.protocol)) return false
  return [url.username, url.password].every((part) => decoded(part) !== undefined)
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** The password as written in the address, and decoded. */
function passwordsOf(address: string | undefined): string[] {
  const password = passwordIn(address)
  return password === undefined ? [] : [...new Set([password, decoded(password) ?? password])]
}

/** A token used twice would give one user the rights of another, or of the administrator. */
function doublesIn({ tokens, adminToken, metricsToken }: Config): string[] {
  const all = [...tokens.map(({ token }) => token), adminToken, metricsToken].filter((token) => token !== undefined)
  return new Set(all).size < all.length
    ? ['PROXY_ACCESS_TOKEN, PROXY_ACCESS_TOKENS, PROXY_ADMIN_TOKEN and METRICS_TOKEN must differ from each other']
    : []
}

/** The setting that makes the proxy reachable from other machines. */
function reachableBy({ host, publicUrl, allowedOrigins }: Config): string | undefined {
  if (!isThisMachine(host)) return 'HOST'
  if (publicUrl !== undefined && isElsewhere(publicUrl)) return 'PUBLIC_URL'
  return allowedOrigins.some(isElsewhere) ? 'ALLOWED_ORIGINS' : undefined
}

/** Whether an origin is on another machine, or cannot be read. */
function isElsewhere(origin: string): boolean {
  const url = parseUrl(origin)
  return url === undefined || !isThisMachine(url.hostname)
}

/** Where the service can call back; `undefined` on a loopback name, which a remote service cannot reach. */
export function callableUrl({ publicUrl, ...settings }: Config): string | undefined {
  const isRemote = settings.apiBaseUrl === undefined && !isSimulatedHere(settings)
  return publicUrl && isRemote && isThisMachine(new URL(publicUrl).hostname) ? undefined : publicUrl
}

/** Variables with this prefix are put into the page by Vite. */
export function exposedSecrets(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('VITE_') && /KEY|TOKEN|SECRET|PASSWORD|REDIS_URL/.test(name))
    .map((name) => `${name} would be readable in the page; take VITE_ off its name`)
}

/** Whether a host is a loopback name or address. */
export function isThisMachine(host: string): boolean {
  const bare = host.replace(/[[\]]/g, '')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

function notesOn(read: (name: string) => string | undefined, gateway: string, keyNames: readonly string[]): string[] {
  const isSet = (name: string) => read(name) !== undefined
  const keyName = keyNameOf(gateway)
  const otherKeys = keyNames
    .filter((name) => name !== keyName && isSet(name))
    .map((name) => `${name} is set, but GATEWAY is ${gateway}.`)
  const bases = ['KIE_API_BASE_URL', 'KIE_UPLOAD_BASE_URL', 'KIE_RESULT_HOSTS']
    .filter((name) => isSet(name) && !isSet(keyName))
    .map((name) => `${name} is set, but does nothing without ${keyName}.`)
  const callbacks =
    isSet('KIE_WEBHOOK_HMAC_KEY') && !isSet('PUBLIC_URL')
      ? ['KIE_WEBHOOK_HMAC_KEY is set, but no callbacks are requested without PUBLIC_URL.']
      : []
  const extras = ['GEMINI_API_BASE_URL', 'GEMINI_MODELS']
    .filter((name) => isSet(name) && !isSet(geminiKey))
    .map((name) => `${name} is set, but does nothing without ${geminiKey}.`)
  const simulated =
    isSet(geminiKey) && !isSet(keyName) ? [`${geminiKey} is set, but images are simulated without ${keyName}.`] : []
  const companyProxy =
    companyProxyIn(read) !== undefined && !isSet('USE_HTTPS_PROXY')
      ? ['HTTPS_PROXY is set, but not used without USE_HTTPS_PROXY=1.']
      : []
  return [...otherKeys, ...companyProxy, ...bases, ...callbacks, ...extras, ...simulated]
}

/** An origin on another machine is accepted only together with an access token. */
function notesOnCookies(publicUrl: string | undefined, allowedOrigins: readonly string[]): string[] {
  return allowedOrigins.some(isElsewhere) && !publicUrl?.startsWith('https:')
    ? ['PUBLIC_URL is not https: browsers will not keep the access cookie for the other sites in ALLOWED_ORIGINS.']
    : []
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined
}

function isBaseUrl(value: string): boolean {
  const url = parseUrl(value)
  if (url === undefined || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.hostname))
}

function isOrigin(value: string): boolean {
  const url = parseUrl(value)
  return url !== undefined && webProtocols.has(url.protocol) && url.origin === value
}

function isResultHost(value: string): boolean {
  return thisMachineWithPort.test(value) || (domain.test(value) && isIP(value) === 0)
}

function isRedisUrl(value: string): boolean {
  const url = parseUrl(value)
  return url !== undefined && redisProtocols.has(url.protocol) && url.hostname !== ''
}

function passwordIn(url: string | undefined): string | undefined {
  return parseUrl(url ?? '')?.password || undefined
}

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535
}
