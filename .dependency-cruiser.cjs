/** The import table of ARCHITECTURE.md. The configuration is the table; the rules are derived from it. */
const screen = ['domain', 'models', 'store', 'library', 'workspace', 'generation', 'acts', 'imaging', 'ui', 'platform']
const mayImport = {
  domain: [],
  platform: [],
  ui: ['platform'],
  imaging: ['domain', 'platform'],
  providers: ['domain'],
  models: ['domain'],
  simulator: ['domain', 'providers', 'models'],
  server: ['domain', 'providers', 'models', 'simulator'],
  store: ['domain', 'imaging', 'platform'],
  library: ['domain', 'store', 'imaging', 'platform'],
  workspace: ['domain', 'models'],
  generation: ['domain', 'providers', 'models', 'store', 'imaging', 'platform'],
  acts: ['domain', 'models', 'store', 'library', 'workspace', 'generation', 'imaging', 'ui', 'platform'],
  compose: screen,
  stage: screen,
  gallery: screen,
  runs: screen,
  app: [
    'domain',
    'platform',
    'ui',
    'imaging',
    'providers',
    'models',
    'store',
    'library',
    'workspace',
    'generation',
    'acts',
    'compose',
    'stage',
    'gallery',
    'runs',
    'simulator/demo/demo.ts',
  ],
}

/** A folder with all in it, or a single file. */
const toPath = (name) => (name.endsWith('.ts') ? `^src/${name}$` : `^src/${name}/`)

/** The proxy and the service inside a page: the one part of the simulator that knows the server. */
const demo = '^src/simulator/demo/'

const layers = Object.entries(mayImport).map(([from, allowed]) => ({
  name: `${from} imports only what it may`,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: demo },
  to: { path: '^src/', pathNot: [from, ...allowed].map(toPath) },
}))

const shared = '^src/(domain|providers|models|simulator|server|library|imaging|platform)/'
const inNode = '^src/(server|simulator)/'
const serverOnly = '^(sharp|pino|hono|@hono/.*|ipaddr\\.js|redis|undici)(/|$)'

module.exports = {
  forbidden: [
    ...layers,
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no orphans', severity: 'error', from: { orphan: true, pathNot: ['\\.d\\.ts$', '-worker\\.ts$'] }, to: {} },
    { name: 'nothing unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\?' } },
    { name: 'src never imports tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(tests|scripts)/' } },
    {
      name: 'nobody imports an entry point',
      severity: 'error',
      from: {},
      to: { path: '^src/(main\\.tsx|server/main\\.ts|simulator/main\\.ts)$' },
    },
    {
      name: 'no React, React Query or Zustand in the words and in the machine',
      severity: 'error',
      from: {
        path: [
          shared,
          '^src/store/(?!(stage-|thumbnail-|ledger-)?queries\\.ts)',
          '^src/generation/(?!use-|drivers\\.ts)',
        ],
      },
      to: { path: '(^|node_modules/)(react|react-dom|@tanstack/react-query|zustand)(/|$)' },
    },
    {
      name: 'idb only in store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/' },
      to: { path: '(^|node_modules/)idb(/|$)' },
    },
    {
      name: 'Node only in server and simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: inNode },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'server packages only in server and simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: inNode },
      to: { path: [serverOnly, 'node_modules/(sharp|pino|hono|@hono|ipaddr\\.js|redis|@redis|undici)/'] },
    },
    {
      name: 'redis only in server/shared/redis/redis.ts, which is loaded where there is one',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/server/shared/redis/redis\\.ts$' },
      to: { path: '(^|node_modules/)(redis|@redis)(/|$)' },
    },
    {
      name: 'undici only in server/upstream/questions-client.ts, which cannot send anything paid',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/server/upstream/(questions-client|undici-client\\.d)\\.ts$' },
      to: { path: '(^|node_modules/)undici(/|$)' },
    },
    {
      name: 'the demo is loaded only when asked for',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { path: '^src/simulator/demo/demo\\.ts$', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'the demo runs in a browser: no Node behind it',
      severity: 'error',
      from: { path: '^src/simulator/demo/demo\\.ts$' },
      to: { path: serverOnly, reachable: true },
    },
    {
      name: 'the demo imports of the server only what keeps submissions in memory',
      severity: 'error',
      from: { path: demo },
      to: { path: '^src/(?!domain/|providers/|models/|simulator/|server/shared/memory/)' },
    },
    {
      name: 'sharp is loaded only where pictures are simulated',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/simulator/painter/node-painter\\.ts$' },
      to: { path: '(^|node_modules/)sharp(/|$)' },
    },
    {
      name: 'msw only in tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '(^|node_modules/)msw(/|$)' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.css$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
