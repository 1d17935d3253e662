/** The import table of ARCHITECTURE.md. The configuration is the table; the rules are derived from it. */
const mayImport = {
  domain: [],
  ui: [],
  providers: ['domain'],
  models: ['domain'],
  painter: [],
  simulator: ['domain', 'providers', 'models', 'painter/painter.ts', 'painter/node-painter.ts'],
  server: ['domain', 'providers', 'models', 'simulator', 'painter/painter.ts', 'painter/page-painter.ts'],
  store: ['domain'],
  workspace: ['domain', 'models'],
  generation: ['domain', 'providers', 'models', 'store'],
  editor: ['domain', 'models', 'store', 'workspace', 'generation', 'ui'],
  gallery: ['domain', 'models', 'store', 'workspace', 'generation', 'ui'],
  app: [
    'domain',
    'ui',
    'providers',
    'models',
    'store',
    'workspace',
    'generation',
    'editor',
    'gallery',
    'server/demo.ts',
  ],
}

/** A folder with all in it, or a single file. */
const toPath = (name) => (name.endsWith('.ts') ? `^src/${name}$` : `^src/${name}/`)

const layers = Object.entries(mayImport).map(([from, allowed]) => ({
  name: `${from} imports only what it may`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [from, ...allowed].map(toPath) },
}))

const shared = '^src/(domain|providers|models|painter|simulator|server)/'
const inNode = '^src/(server/|simulator/|painter/node-painter\\.ts$)'
const serverOnly = '^(sharp|pino|hono|@hono/.*|ipaddr\\.js|redis)(/|$)'

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
      from: { path: [shared, '^src/store/(?!(stage-)?queries\\.ts)', '^src/generation/(?!use-|generator\\.ts)'] },
      to: { path: '(^|node_modules/)(react|react-dom|@tanstack/react-query|zustand)(/|$)' },
    },
    {
      name: 'idb only in store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/' },
      to: { path: '(^|node_modules/)idb(/|$)' },
    },
    {
      name: 'Node only in server, simulator and node-painter',
      severity: 'error',
      from: { path: '^src/', pathNot: inNode },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'server packages only in server, simulator and node-painter',
      severity: 'error',
      from: { path: '^src/', pathNot: inNode },
      to: { path: [serverOnly, 'node_modules/(sharp|pino|hono|@hono|ipaddr\\.js|redis|@redis)/'] },
    },
    {
      name: 'redis only in server/redis.ts, which is loaded where there is one',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/server/redis\\.ts$' },
      to: { path: '(^|node_modules/)(redis|@redis)(/|$)' },
    },
    {
      name: 'the demo is loaded only when asked for',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { path: '^src/server/demo\\.ts$', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'the demo runs in a browser: no Node behind it',
      severity: 'error',
      from: { path: '^src/server/demo\\.ts$' },
      to: { path: serverOnly, reachable: true },
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
