import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { pagePolicy } from '#server/page/policy.ts'

const html = readFileSync('index.html', 'utf8')
const code = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? ''

/** Runs the script of index.html in a window without the named feature, or with all features. */
function openPage(without?: 'popover' | 'any' | 'canParse' | 'toSpliced') {
  const has = (name: string) => (name === without ? {} : { [name]: true })
  const root = document.createElement('div')
  root.id = 'root'
  document.body.replaceChildren(root)
  const world = {
    HTMLElement: { prototype: has('popover') },
    AbortSignal: has('any'),
    URL: has('canParse'),
    Array: { prototype: has('toSpliced') },
  }
  new Function(...Object.keys(world), code)(...Object.values(world))
}

afterEach(() => {
  document.body.replaceChildren()
  vi.restoreAllMocks()
})

describe('a browser older than the floor (F9)', () => {
  test.each(['popover', 'any', 'canParse', 'toSpliced'] as const)('without "%s" gets a plain page', (missing) => {
    openPage(missing)
    expect(document.body).toHaveTextContent(
      'Atelier needs a newer browser Update this browser, or open Atelier in Chrome or Edge 120, Firefox 128, Safari 17.4, or newer.',
      { normalizeWhitespace: true },
    )
    expect(document.getElementById('root'), 'the page cannot be drawn over it').toBeNull()
  })

  test('runs a script that such a browser understands: no syntax after ES5', () => {
    expect(code).not.toMatch(/=>|\b(?:let|const|class)\b|`|\?\.|\?\?/)
  })

  test('may run the script, whose hash is in the policy', () => {
    expect(pagePolicy(html).find((rule) => rule.startsWith('script-src'))).toMatch(/'sha256-/)
  })
})

test('a browser that is new enough keeps the page', () => {
  openPage()
  expect(document.getElementById('root')).not.toBeNull()
})

test('README and the page name the same versions', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(readme).toContain('Chrome and Edge from 120, Firefox from 128, Safari from 17.4')
})
