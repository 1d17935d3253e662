import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { acts } from '#acts/act-list.ts'

const src = fileURLToPath(new URL('../../../src', import.meta.url))

/** All component files, except those of the acts. */
const components = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(app|compose|gallery|runs|stage|ui)\/.*\.tsx?$/.test(path.replaceAll('\\', '/')))
  .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }))

/** Matches code that binds or shows a letter, a digit or a sign without an act. */
const ownKeys = [
  /\.key(?:\.toLowerCase\(\))?\s*[!=]==?\s*'\S'/,
  /'\S'[^\n]*\.includes\([^\n)]*\.key\b/,
  /\bcase '[a-z]':/,
  /\b(?:shortcut|data-tip-keys|aria-keyshortcuts)="(?:[a-z]|esc|enter|space|(?:mod|shift|alt)\+\w+)"/i,
  /\[\s*'(?:[a-z]|mod\+\w+)',\s*'[A-Z]/,
  /\bfindShortcut\(\[\[?'/,
  /\buseShortcut\(/,
]

test('no component binds or shows a letter that is not in the list of acts', () => {
  expect(components.length).toBeGreaterThan(100)
  const found = components.flatMap(({ path, text }) =>
    ownKeys.flatMap((pattern) => pattern.exec(text)?.[0] ?? []).map((what) => `${path}: ${what}`),
  )
  expect(found).toEqual([])
})

/** Names of several words, so that an everyday word that is also the name of an act may be used. */
const longLabels = acts.flatMap(({ label }) => (label.includes(' ') ? label : []))

test('no component repeats the name of an act: a changed name changes everywhere', () => {
  expect(longLabels.length).toBeGreaterThan(30)
  const found = components.flatMap(({ path, text }) =>
    longLabels
      .filter((label) => new RegExp(`['">\`]\\s*${label.replaceAll(/[%().?]/g, '\\$&')}\\s*['"<\`]`).test(text))
      .map((label) => `${path}: ${label}`),
  )
  expect(found).toEqual([])
})

test('every act that a part of the page handles itself is bound by one part', () => {
  const files = ['app-acts.ts', 'gallery-acts.ts', 'stage-acts.ts', 'tool-acts.ts']
    .map((name) => readFileSync(join(src, 'acts', name), 'utf8'))
    .join('')
  const names = [...files.matchAll(/export const (\w+): AppAct\b/g)].map(([, name]) => name ?? '')
  expect(names.length).toBeGreaterThan(15)
  // The keys of undo, redo and the sheet are bound where their buttons are.
  const binders = [...components.map(({ text }) => text), readFileSync(join(src, 'acts', 'act-keys.tsx'), 'utf8')]
  const unbound = names.filter((name) => {
    const binds = new RegExp(`(useActKey\\(|\\[|allKeys = |starKeys = |\\.\\.\\.|stackKeys = '' ?\\] = )${name}\\b`)
    return !binders.some((text) => binds.test(text))
  })
  expect(unbound).toEqual([])
})
