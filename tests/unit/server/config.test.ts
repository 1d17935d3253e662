import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { callableUrl, exposedSecrets, readConfig, readEnvironment } from '#server/config.ts'
import { openGemini } from '#server/gemini/gemini-service.ts'
import { openGateway } from '#server/upstream/gateways.ts'

const secret = 'wrong key with spaces'
let folder: string | undefined

afterEach(() => {
  if (folder) rmSync(folder, { recursive: true })
  folder = undefined
})

const accessToken = 'a-token-of-enough-length'

describe('the configuration', () => {
  it('needs nothing: it listens on this machine, simulated, at port 3000', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      gateway: 'kie',
      apiKey: undefined,
      notes: [],
    })
  })

  it('counts empty values as unset', () => {
    const config = readConfig({ KIE_API_KEY: ' ', HOST: '', PORT: '', ALLOWED_ORIGINS: '', PROXY_ACCESS_TOKEN: '' })
    expect(config).toMatchObject({ apiKey: undefined, host: '127.0.0.1', port: 3000, tokens: [] })
  })

  it('takes several keys of callbacks, all of them secrets, and says where they do nothing', () => {
    const config = readConfig({ KIE_WEBHOOK_HMAC_KEY: 'whk_new, whk_old' })
    expect(config).toMatchObject({
      webhookKeys: ['whk_new', 'whk_old'],
      secrets: expect.arrayContaining(['whk_new', 'whk_old']),
      notes: ['KIE_WEBHOOK_HMAC_KEY is set, but no callbacks are requested without PUBLIC_URL.'],
    })
  })

  it.each([
    [{ PUBLIC_URL: 'https://studio.example/atelier', PROXY_ACCESS_TOKEN: accessToken }, 'https://studio.example'],
    [{ PUBLIC_URL: 'http://localhost:3000' }, 'http://localhost:3000'],
    [{ PUBLIC_URL: 'http://localhost:3000', KIE_API_KEY: 'key' }, undefined],
    [
      { PUBLIC_URL: 'http://localhost:3000', KIE_API_KEY: 'key', KIE_API_BASE_URL: 'http://localhost:4010' },
      'http://localhost:3000',
    ],
    [{}, undefined],
  ])('asks for callbacks where the service can reach the proxy: %j', (env, address) => {
    expect(callableUrl(readConfig(env))).toBe(address)
  })

  it('does not start as one of several without a Redis', () => {
    expect(() => readConfig({ REPLICAS: '2' })).toThrow(
      '- REDIS_URL must be set where REPLICAS is above 1: proxies that share nothing could pay for a run twice',
    )
    expect(() => readConfig({ REPLICAS: 'many' })).toThrow(/- REPLICAS must be a whole number above 0/)
    expect(readConfig({ REPLICAS: '1' })).toMatchObject({ redisUrl: undefined })
    expect(readConfig({ REPLICAS: '2', REDIS_URL: 'redis://127.0.0.1:6379/2' })).toMatchObject({
      redisUrl: 'redis://127.0.0.1:6379/2',
      notes: [],
    })
  })

  it('takes the address of a Redis, and its password for a secret', () => {
    for (const address of ['127.0.0.1:6379', 'https://redis.example', 'redis:', secret]) {
      expect(() => readConfig({ REDIS_URL: address })).toThrow(/- REDIS_URL must be an address such as redis:/)
    }
    const address = 'rediss://studio:a-long-password@redis.example:6380'
    expect(readConfig({ REDIS_URL: address }).secrets).toEqual([address, 'a-long-password'])
  })

  it('takes every token for a secret, without its name', () => {
    const env = { PROXY_ACCESS_TOKEN: 'of-20-characters-xxx', PROXY_ACCESS_TOKENS: 'anna: of-20-characters-yyy' }
    expect(() => readConfig(env)).toThrow('- PROXY_ACCESS_TOKENS must list NAME:TOKEN')
    const named = { ...env, PROXY_ACCESS_TOKENS: 'anna:of-20-characters-yyy, ben:of:20-characters-zzz' }
    expect(readConfig(named).secrets).toEqual(['of-20-characters-xxx', 'of-20-characters-yyy', 'of:20-characters-zzz'])
  })

  it('reads .env.local, and lets the environment win', () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-'))
    writeFileSync(join(folder, '.env.local'), '# a key\nKIE_API_KEY="from-the-file"\nPORT=4000\n')
    expect(readConfig(readEnvironment(folder, { PORT: '5000' }))).toMatchObject({ apiKey: 'from-the-file', port: 5000 })
    expect(readConfig(readEnvironment(folder, { KIE_API_KEY: '' })).apiKey).toBeUndefined()
  })

  it.each([
    ['PORT', '65536'],
    ['PORT', '003000'],
    ['PORT', '3000x'],
    ['PORT', 'x3000'],
    ['REPLICAS', '00'],
    ['REPLICAS', '1x'],
    ['REPLICAS', 'x1'],
    ['REPLICAS', '10000'],
    ['REDIS_URL', 'xredis://127.0.0.1:6379'],
    ['REDIS_URL', 'redissx://127.0.0.1:6379'],
    ['ALLOWED_ORIGINS', 'ws://studio.example'],
    ['GATEWAY', 'fal'],
    ['KIE_API_KEY', secret],
    ['KIE_API_BASE_URL', 'http://api.kie.ai'],
    ['KIE_API_BASE_URL', 'https://user:pass@api.kie.ai'],
    ['KIE_API_BASE_URL', 'https://user@api.kie.ai'],
    ['KIE_API_BASE_URL', 'https://:pass@api.kie.ai'],
    ['KIE_API_BASE_URL', 'https://api.kie.ai?to=evil.test'],
    ['KIE_API_BASE_URL', 'https://api.kie.ai#part'],
    ['KIE_API_BASE_URL', 'http://127.evil.test'],
    ['KIE_API_BASE_URL', 'http://[::2]:4010'],
    ['KIE_UPLOAD_BASE_URL', 'ftp://127.0.0.1'],
    ['KIE_RESULT_HOSTS', '127.0.0.2'],
    ['KIE_RESULT_HOSTS', 'https://kie.ai'],
    ['KIE_RESULT_HOSTS', 'kie.ai/'],
    ['KIE_RESULT_HOSTS', 'kie.ai:443'],
    ['KIE_RESULT_HOSTS', '127.0.0.1:0'],
    ['KIE_RESULT_HOSTS', '127.0.0.1:123456'],
    ['KIE_RESULT_HOSTS', 'x127.0.0.1:80'],
    ['KIE_RESULT_HOSTS', 'kie..ai'],
    ['KIE_RESULT_HOSTS', '10.0.0.1:8080'],
    ['KIE_RESULT_HOSTS', 'com'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://studio.example/'],
    ['ALLOWED_ORIGINS', 'https://studio.example/atelier'],
    ['ALLOWED_ORIGINS', 'ftp://studio.example'],
    ['ALLOWED_ORIGINS', 'null'],
    ['ALLOWED_ORIGINS', 'https://studio.example,studio.example'],
    ['PUBLIC_URL', 'studio.example'],
    ['KIE_WEBHOOK_HMAC_KEY', 'whk_one,whk two'],
    ['GEMINI_API_KEY', secret],
    ['GEMINI_API_BASE_URL', 'http://evil.test'],
    ['GEMINI_MODELS', 'gemini-a/../b'],
    ['PROXY_ACCESS_TOKEN', '1'],
    ['PROXY_ACCESS_TOKEN', 'of-19-characters-xx'],
    ['PROXY_ACCESS_TOKEN', 'x'.repeat(10_000)],
    ['PROXY_ACCESS_TOKEN', 'x'.repeat(201)],
    ['PROXY_ADMIN_TOKEN', 'of-19-characters-xx'],
    ['METRICS_TOKEN', 'of-19-characters-xx'],
    ['PROXY_ACCESS_TOKENS', `anna:${'a'.repeat(20)},ben`],
    ['PROXY_ACCESS_TOKENS', `anna:${'a'.repeat(19)}`],
    ['PROXY_ACCESS_TOKENS', `an na:${'a'.repeat(20)}`],
    ['PROXY_ACCESS_TOKENS', `:${'a'.repeat(20)}`],
    ['PROXY_ACCESS_TOKENS', `anna:${'a'.repeat(20)},Anna:${'b'.repeat(20)}`],
    ['TRUSTED_PROXY', '0.0.0.0/0'],
    ['TRUSTED_PROXY', '::/0'],
    ['TRUSTED_PROXY', '10.0.0.0/7'],
    ['TRUSTED_PROXY', 'everything'],
    ['TRUSTED_PROXY', '127.1'],
    ['TRUSTED_PROXY', '10.0.0.1,10.0.0.2'],
    ['PROXY_ACCESS_TOKEN', 'with spaces in it'],
    ['DAILY_CREDITS', '00'],
    ['DAILY_CREDITS', '0.0'],
    ['DAILY_CREDITS', '1234567890'],
    ['DAILY_CREDITS', '1.'],
    ['DAILY_CREDITS', '1.x'],
    ['DAILY_CREDITS', 'x1'],
    ['DAILY_CREDITS', 'Infinity'],
    ['USER_DAILY_CREDITS', '40 credits'],
    ['USER_RUNS_PER_MINUTE', '-3'],
  ])('S10: names %s and its rule, never the value', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`- ${name} must`) }),
    )
    expect(() => readConfig({ [name]: value })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(value) }),
    )
  })

  it.each([
    ['KIE_API_KEY', 'a b', 'must be plain characters without spaces'],
    ['GEMINI_API_KEY', 'a b', 'must be plain characters without spaces'],
    ['KIE_API_BASE_URL', 'x', 'must be an address with https, or with http on this machine (127.0.0.1)'],
    ['GEMINI_API_BASE_URL', 'x', 'must be an address with https, or with http on this machine (127.0.0.1)'],
    ['GEMINI_MODELS', 'A B', 'must list model ids'],
    ['KIE_WEBHOOK_HMAC_KEY', 'a b', 'must list keys of plain characters without spaces'],
    ['KIE_RESULT_HOSTS', 'x', 'must list domains, or 127.0.0.1:PORT for this machine'],
    ['ALLOWED_ORIGINS', 'x', 'must list origins such as https://studio.example'],
    ['DAILY_CREDITS', 'x', 'must be a number above 0'],
    ['PROXY_ACCESS_TOKEN', 'x', 'must be 20 to 200 characters without spaces; npm run token makes one'],
    ['TRUSTED_PROXY', 'x', 'must be one address or network, such as 127.0.0.1 or 10.0.0.0/24'],
    ['PROXY_ACCESS_TOKENS', `a:${accessToken},A:${accessToken}2`, 'must give each name once'],
  ])('S10: says of %s, set to %s, what it %s', (name, value, rule) => {
    expect(() => readConfig({ [name]: value })).toThrow(`- ${name} ${rule}`)
  })

  it.each(['not an address', 'ftp://proxy.example', 'socks5://proxy.example', 'http://%zz@proxy.example'])(
    'S10: refuses "%s" for the company’s proxy where it is to be used',
    (HTTPS_PROXY) => {
      const rule = '- HTTPS_PROXY must be an address such as http://proxy.example:3128'
      expect(() => readConfig({ HTTPS_PROXY, USE_HTTPS_PROXY: '1' })).toThrow(rule)
      expect(readConfig({ HTTPS_PROXY }).companyProxy).toBeUndefined()
    },
  )

  it('takes the password of the company’s proxy for a secret, as it is written and decoded', () => {
    const secretsOf = (HTTPS_PROXY: string) => readConfig({ HTTPS_PROXY }).secrets
    expect(secretsOf('http://anna:of%40anna@proxy.example')).toEqual(['of%40anna', 'of@anna'])
    expect(secretsOf('http://anna:of-anna@proxy.example')).toEqual(['of-anna'])
    expect(secretsOf('http://anna:of%zz@proxy.example')).toEqual(['of%zz'])
  })

  it('S10: names all of what cannot be used at once, a line each', () => {
    expect(() => readConfig({ PORT: 'x', GATEWAY: 'fal' })).toThrow(
      [
        'These settings cannot be used:',
        '- GATEWAY must be kie or apikley',
        '- PORT must be a whole number from 0 to 65535',
      ].join('\n'),
    )
  })

  it.each([
    [{ PORT: '65535' }, { port: 65535 }],
    [{ PORT: '0' }, { port: 0 }],
    [{ PROXY_ACCESS_TOKEN: 'of-20-characters-xxx' }, { tokens: [{ name: undefined, token: 'of-20-characters-xxx' }] }],
    [
      { PROXY_ACCESS_TOKENS: 'anna:of-20-characters-xxx, Ben.2:of:20-characters-yyy' },
      {
        tokens: [
          { name: 'anna', token: 'of-20-characters-xxx' },
          { name: 'Ben.2', token: 'of:20-characters-yyy' },
        ],
      },
    ],
    [{ PROXY_ACCESS_TOKEN: 'x'.repeat(200) }, { tokens: [{ name: undefined, token: 'x'.repeat(200) }] }],
    [{ TRUSTED_PROXY: '10.0.0.0/8' }, { trustedProxy: '10.0.0.0/8' }],
    [{ TRUSTED_PROXY: '::1' }, { trustedProxy: '::1' }],
    [
      { DAILY_CREDITS: '123456789', USER_DAILY_CREDITS: '0.25', USER_RUNS_PER_MINUTE: '3' },
      { limits: { dailyCredits: 123456789, userDailyCredits: 0.25, userRunsPerMinute: 3 } },
    ],
    [{}, { limits: { dailyCredits: undefined, userDailyCredits: undefined, userRunsPerMinute: undefined } }],
    [{ REPLICAS: '9999', REDIS_URL: 'redis://localhost' }, { redisUrl: 'redis://localhost' }],
    [{ KIE_API_BASE_URL: 'http://[::1]:4010', KIE_API_KEY: 'key' }, { apiBaseUrl: 'http://[::1]:4010' }],
    [{ KIE_API_BASE_URL: 'http://127.1.2.3:4010', KIE_API_KEY: 'key' }, { apiBaseUrl: 'http://127.1.2.3:4010' }],
    [
      { KIE_RESULT_HOSTS: 'localhost:1, [::1]:65535,.kie.ai,  files.kie.ai' },
      { resultHosts: ['localhost:1', '[::1]:65535', '.kie.ai', 'files.kie.ai'] },
    ],
    [
      { ALLOWED_ORIGINS: 'https://studio.example, http://studio.example:8080', PROXY_ACCESS_TOKEN: accessToken },
      { allowedOrigins: ['https://studio.example', 'http://studio.example:8080'] },
    ],
  ])('takes %j', (env, config) => expect(readConfig(env)).toMatchObject(config))

  it('is on this machine at its loopback addresses only', () => {
    for (const HOST of ['localhost', '::1', '[::1]', '127.0.0.1', '127.9.9.9'])
      expect(readConfig({ HOST }).host).toBe(HOST)
    for (const HOST of ['127.evil.test', '1::1', 'localhost.evil.test']) {
      expect(() => readConfig({ HOST })).toThrow('PROXY_ACCESS_TOKEN must be set')
    }
  })

  it.each([
    [{ PUBLIC_URL: 'https://studio.example' }, 'PUBLIC_URL'],
    [{ ALLOWED_ORIGINS: 'http://localhost:5173,https://studio.example' }, 'ALLOWED_ORIGINS'],
    [{ HOST: '10.0.0.1' }, 'HOST'],
  ])('G2: refuses to be reached from outside without an access token: %j', (env, name) => {
    expect(() => readConfig(env)).toThrow(
      `- PROXY_ACCESS_TOKEN must be set where ${name} is reachable from outside: anybody could spend the credits`,
    )
    expect(readConfig({ ...env, PROXY_ACCESS_TOKENS: `anna:${accessToken}` }).tokens).toHaveLength(1)
  })

  it('asks one person on one machine for nothing', () => {
    for (const env of [{}, { PUBLIC_URL: 'http://localhost:3000' }, { ALLOWED_ORIGINS: 'http://127.0.0.1:5173' }]) {
      expect(readConfig(env).tokens).toEqual([])
    }
  })

  it('does not let one token open two things', () => {
    const both =
      '- PROXY_ACCESS_TOKEN, PROXY_ACCESS_TOKENS, PROXY_ADMIN_TOKEN and METRICS_TOKEN must differ from each other'
    for (const name of ['PROXY_ADMIN_TOKEN', 'METRICS_TOKEN']) {
      expect(() => readConfig({ PROXY_ACCESS_TOKENS: `anna:${accessToken}`, [name]: accessToken })).toThrow(both)
    }
    expect(() => readConfig({ PROXY_ACCESS_TOKENS: `anna:${accessToken},ben:${accessToken}` })).toThrow(both)
  })

  it.each(['0.0.0.0', '::', '192.168.1.5', 'studio.example'])(
    'B02: refuses to listen on %s without an access token',
    (HOST) => {
      expect(() => readConfig({ HOST })).toThrow('PROXY_ACCESS_TOKEN must be set')
      expect(readConfig({ HOST, PROXY_ACCESS_TOKEN: 'a-token-of-enough-length' }).host).toBe(HOST)
    },
  )

  it('A02: stops at a secret under a name that the page could read', () => {
    expect(() => readConfig({ VITE_KIE_API_KEY: secret })).toThrow('VITE_KIE_API_KEY would be readable in the page')
    expect(exposedSecrets({ VITE_PROXY_URL: '/api' })).toEqual([])
  })

  it('says what is set and does nothing', () => {
    const { notes } = readConfig({ APIKLEY_API_KEY: 'apikley-key' })
    expect(notes).toEqual(['APIKLEY_API_KEY is set, but GATEWAY is kie.'])
    const bases = {
      KIE_API_BASE_URL: 'https://a.example',
      KIE_UPLOAD_BASE_URL: 'https://b.example',
      KIE_RESULT_HOSTS: 'c.example',
    }
    expect(readConfig(bases).notes).toEqual([
      'KIE_API_BASE_URL is set, but does nothing without KIE_API_KEY.',
      'KIE_UPLOAD_BASE_URL is set, but does nothing without KIE_API_KEY.',
      'KIE_RESULT_HOSTS is set, but does nothing without KIE_API_KEY.',
    ])
    expect(readConfig({ ...bases, KIE_API_KEY: 'key' }).notes).toEqual([])
    expect(readConfig({ KIE_WEBHOOK_HMAC_KEY: 'whk', PUBLIC_URL: 'https://localhost' }).notes).toEqual([])
    expect(readConfig({ GEMINI_API_BASE_URL: 'https://a.example' }).notes).toEqual([
      'GEMINI_API_BASE_URL is set, but does nothing without GEMINI_API_KEY.',
    ])
  })

  it('says where browsers would not keep the access of a page on another site', () => {
    const elsewhere = { PROXY_ACCESS_TOKEN: 'a-token-of-enough-length', ALLOWED_ORIGINS: 'https://studio.example' }
    const note =
      'PUBLIC_URL is not https: browsers will not keep the access cookie for the other sites in ALLOWED_ORIGINS.'
    const both = { ...elsewhere, ALLOWED_ORIGINS: 'http://localhost:5173,https://studio.example' }
    const named = { ALLOWED_ORIGINS: 'https://studio.example', PROXY_ACCESS_TOKENS: `anna:${accessToken}` }
    for (const env of [elsewhere, both, named, { ...elsewhere, PUBLIC_URL: 'http://localhost:3000' }]) {
      expect(readConfig(env).notes).toEqual([note])
    }
    for (const env of [
      { ...elsewhere, PUBLIC_URL: 'https://atelier.example' },
      { ...elsewhere, ALLOWED_ORIGINS: 'http://localhost:5173' },
      { ...elsewhere, ALLOWED_ORIGINS: '' },
    ]) {
      expect(readConfig(env).notes).toEqual([])
    }
  })

  it('takes the key, the address and the models of the fallback', () => {
    const env = { KIE_API_KEY: 'a-key', GEMINI_API_KEY: 'gemini-key', GEMINI_MODELS: 'gemini-a, gemini-b' }
    const config = readConfig({ ...env, GEMINI_API_BASE_URL: 'http://127.0.0.1:4010' })
    expect(config.gemini).toEqual({
      apiKey: 'gemini-key',
      apiBaseUrl: 'http://127.0.0.1:4010',
      models: ['gemini-a', 'gemini-b'],
    })
    expect(config.secrets).toContain('gemini-key')
    expect(config.notes).toEqual([])
    expect(readConfig({ KIE_API_KEY: 'a-key' }).gemini).toBeUndefined()
  })

  it('8.2 asks for the built-in models at the address of Google where nothing else is said', () => {
    const gemini = openGemini({ apiKey: 'gemini-key', apiBaseUrl: undefined, models: [] })
    expect(gemini).toMatchObject({
      mode: 'live',
      api: { to: { host: 'generativelanguage.googleapis.com', secure: true, reach: 'public' }, path: '' },
      models: ['gemini-nano-banana-2.1', 'gemini-3.1-flash-image', 'gemini-3.1-flash-lite-image'],
    })
  })

  it('says what of the fallback does nothing', () => {
    expect(readConfig({ GEMINI_API_KEY: 'gemini-key' }).notes).toEqual([
      'GEMINI_API_KEY is set, but images are simulated without KIE_API_KEY.',
    ])
    expect(readConfig({ GEMINI_MODELS: 'gemini-a' }).notes).toEqual([
      'GEMINI_MODELS is set, but does nothing without GEMINI_API_KEY.',
    ])
  })

  it('takes the key and the addresses of the chosen gateway', () => {
    const gateway = openGateway(readConfig({ GATEWAY: 'apikley', APIKLEY_API_KEY: 'apikley-key' }))
    expect(gateway).toMatchObject({
      id: 'apikley',
      key: 'apikley-key',
      mode: 'live',
      api: { to: { host: 'api.apikley.ru', secure: true, port: 443, reach: 'public' }, path: '' },
      upload: { to: { host: 'api.apikley.ru' }, path: '/file-upload' },
    })
  })

  it('says that pictures are simulated where the simulator runs by itself', () => {
    const config = readConfig({ KIE_API_KEY: 'simulated', KIE_API_BASE_URL: 'http://127.0.0.1:4000' })
    expect(openGateway(config)).toMatchObject({ mode: 'simulated', upload: { to: { port: 4000 } } })
  })
})
