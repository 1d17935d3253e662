import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { describe, expect, test } from 'vitest'

const at = (path: string) => new URL(`../../${path}`, import.meta.url)
const read = (path: string) => readFileSync(at(path), 'utf8')
const lines = (path: string) =>
  read(path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>

/** Stages of the Dockerfile: the build, then the image. */
const [, build = [], image = []] = `\n${lines('Dockerfile').join('\n')}`
  .split('\nFROM ')
  .map((stage) => stage.split('\n'))

describe('the production image', () => {
  test('SEC J12 has the packages that were installed without those for development, and nothing installs more', () => {
    expect(build.filter((line) => line.includes('npm')).at(-1)).toMatch(/rm -rf node_modules && npm ci --omit=dev/)
    expect(image.filter((line) => /\b(npm|npx|apt)\b/.test(line))).toEqual([])
    expect(image.filter((line) => line.startsWith('COPY'))).toEqual(
      ['package.json ./', 'node_modules ./node_modules', 'dist ./dist'].map(
        (what) => `COPY --from=build /atelier/${what}`,
      ),
    )
  })

  test('SEC J12 has every package that the server imports', () => {
    const files = ['domain', 'providers', 'models', 'simulator', 'server'].flatMap((folder) =>
      readdirSync(at(`src/${folder}`), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => read(`src/${folder}/${name}`)),
    )
    const imported = files.flatMap((text) =>
      [...text.matchAll(/(?:from|import) ?\(?'([@a-z][^']*)'/g)].map(([, name]) => name ?? ''),
    )
    const packages = new Set(
      imported
        .filter((name) => !isBuiltin(name))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    )
    // Used only by the development server, which is not in the image.
    packages.delete('vite')
    expect(packages.size).toBeGreaterThan(5)
    expect([...packages].filter((name) => !(name in manifest.dependencies))).toEqual([])
  })

  test('runs as a plain user, without a shell between it and the signal to stop', () => {
    expect(image).toContain('USER node')
    expect(image.at(-1)).toBe('CMD ["node", "dist/server/server.js"]')
  })

  test('SEC A15 is built without the environment of the machine that builds it', () => {
    expect(lines('.dockerignore')).toEqual(expect.arrayContaining(['.env*', '.git', 'node_modules', 'dist']))
  })
})
