import { readFileSync } from 'node:fs'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { proxyPlugin } from '#server/dev.ts'
import { policyInPage } from '#server/page/policy.ts'

interface Modules {
  getModuleInfo(id: string): { isEntry: boolean; importers: readonly string[] } | null
}

/**
 * Modules of libraries that are imported by a list of all their modules, which the start needs: left to themselves, each goes
 * where it is used.
 */
const listed = /\/lucide-react\/dist\/esm\/icons\/|\/query-core\/build\/modern\/mutationObserver\./

/** Whether the start of the page, or a module whose path matches, needs a module: imports it, directly or not, without `import()`. */
function isNeededBy(root: RegExp | 'start', id: string, modules: Modules, seen = new Set<string>()): boolean {
  if (seen.has(id)) return false
  seen.add(id)
  const module = modules.getModuleInfo(id)
  if (!module) return false
  if (root === 'start' ? module.isEntry : root.test(id)) return true
  return module.importers.some((importer) => isNeededBy(root, importer, modules, seen))
}

/**
 * Parts of the page that are one file each. A module that several of them need is in the first of these. Without this the
 * build makes one file for each set of modules that some parts share, and the gallery needed about fifty requests.
 */
const wholeParts: readonly [name: string, root: RegExp | 'start'][] = [
  ['start', 'start'],
  ['gallery', /\/src\/(gallery\/gallery-body|runs\/run-view)\.tsx$/],
  ['stage', /\/src\/stage\/stage-view\.tsx$/],
]

/** The demo is served by hosts that send no headers of ours. Nothing that is put into it can leave for another host. */
const demoPolicy: Plugin = {
  name: 'atelier-demo-policy',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => {
      const attrs = { 'http-equiv': 'Content-Security-Policy', content: policyInPage(html, { connect: '' }) }
      return [{ tag: 'meta', attrs, injectTo: 'head-prepend' }]
    },
  },
}

/**
 * The build tool wraps each `import()` in code that fetches styles ahead. The page has one style sheet, which it starts with,
 * so the wrapper only has to import.
 */
const plainImports: Plugin = {
  name: 'atelier-plain-imports',
  apply: 'build',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load()' : undefined),
}

const licenses = 'licenses.txt'
/** Of what only a worker holds: the build lists what is in the page itself. */
const licensesOfWorkers: Plugin = {
  name: 'atelier-licenses-of-workers',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const listed = bundle[licenses]
      if (listed?.type !== 'asset') throw new Error(`${licenses} was not built`)
      const folder = 'node_modules/libheif-js'
      const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
      const text = readFileSync(`${folder}/LICENSE`, 'utf8')
      listed.source = `${listed.source}\n## libheif-js - ${version} (${license})\n\n${text}`
    },
  },
}

/** Files that a start without a network does not need. */
const notPrecached = /(^samples\/|heic|libheif|\.txt$|\.map$)/

/** What the service worker keeps, and the name of the build, which is that of its first script. */
const precache: Plugin = {
  name: 'atelier-precache',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const entry = Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry)
      if (!entry) throw new Error('no first script was built')
      const build = /([\w-]+)\.js$/.exec(entry.fileName)?.[1]
      const built = Object.keys(bundle).filter((name) => name.startsWith('assets/') && !notPrecached.test(name))
      const source = JSON.stringify({ build, files: [...built.sort(), 'icon.svg', 'manifest.webmanifest'] })
      this.emitFile({ type: 'asset', fileName: 'precache.json', source })
    },
  },
}

export default defineConfig(({ isSsrBuild, mode }) => ({
  // Whatever folder of a host the page is put into, it finds its files beside itself.
  base: './',
  plugins: isSsrBuild
    ? []
    : [react(), tailwindcss(), plainImports, licensesOfWorkers, precache, mode === 'demo' ? demoPolicy : proxyPlugin()],
  build: isSsrBuild
    ? {
        outDir: 'dist/server',
        target: 'node20',
        copyPublicDir: false,
        rolldownOptions: { input: { server: 'src/server/main.ts' } },
      }
    : {
        outDir: mode === 'demo' ? 'dist/demo' : 'dist/page',
        target: 'es2023',
        // What is loaded later is small and near: the code that would fetch its parts ahead weighs more than it saves.
        modulePreload: false,
        sourcemap: false,
        license: { fileName: licenses },
        rolldownOptions: {
          // No module does anything by being read.
          treeshake: { propertyReadSideEffects: false },
          output: {
            codeSplitting: {
              groups: wholeParts.map(([part, root], index) => ({
                debugName: part,
                priority: wholeParts.length - index,
                name: (id: string, modules: Modules) =>
                  !listed.test(id) && isNeededBy(root, id, modules) ? part : null,
              })),
            },
          },
        },
      },
  worker: { format: 'es' },
}))
