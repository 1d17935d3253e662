import { describe, expect, it } from 'vitest'
import { readPicks } from '#library/hand-over/picks.ts'
import { type PageImage, picksPage } from '#library/hand-over/picks-page.ts'

const jpeg = new Blob([Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)], { type: 'image/jpeg' })

async function pageOf(images: readonly Partial<PageImage>[], about: Partial<Parameters<typeof picksPage>[1]> = {}) {
  async function* given() {
    for (const image of images) yield { id: 'a', name: '01', caption: '', width: 4, height: 3, jpeg, ...image }
  }
  let html = ''
  for await (const part of picksPage(given(), { title: 'Spring', sheet: 's1', fileStem: 'spring', ...about }))
    html += part
  return html
}

describe('the page for a client', () => {
  it('names no other host, and its policy allows only its own script, style and embedded images', async () => {
    const html = await pageOf([{}])
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; img-src data:; style-src 'sha256-[\w+/]{43}='; script-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'$/,
    )
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'))
    expect(html.match(/(?:https?:)?\/\/[a-z0-9]/gi)).toBeNull()
    expect(html).not.toMatch(/\s(?:on\w+|style)=/i)
    // If the script were ended early, the rest of it would be shown as text.
    expect(html.match(/<\/script/g)).toHaveLength(1)
    expect(html.match(/<\/style/g)).toHaveLength(1)
  })

  it('shows titles, names and prompts as text, whatever they contain', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u0000`
    const html = await pageOf([{ name: hostile, caption: hostile, id: hostile }], { title: hostile, fileStem: hostile })
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('\u0000')
    expect(html).toContain(
      '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp;',
    )
  })
})

const file = (value: unknown) => new Blob([typeof value === 'string' ? value : JSON.stringify(value)])
const good = { format: 'atelier-picks', version: 1, sheet: 's', title: 't', savedAt: 'now' }

describe('a file of picks', () => {
  it('gives picks and notes, each image once', async () => {
    const picks = [
      { image: 'a', name: '01', picked: true, note: '' },
      { image: 'b', name: '02', picked: false, note: ' softer light ' },
      { image: 'a', name: '01', picked: true, note: 'x'.repeat(5_000) },
    ]
    expect(await readPicks(file({ ...good, picks }))).toEqual([
      { image: 'a', picked: true, note: 'x'.repeat(1_000) },
      { image: 'b', picked: false, note: 'softer light' },
    ])
  })

  it.each<[string, unknown, RegExp]>([
    ['no JSON', 'hello', /no file of picks/],
    ['empty', '', /no file of picks/],
    ['another JSON file', { picks: [] }, /no file of picks/],
    ['nested too deep', '['.repeat(100_000), /no file of picks/],
    ['of a newer version', { ...good, version: 2, picks: [] }, /newer version/],
    ['with an id that is no text', { ...good, picks: [{ image: 5, picked: true, note: '' }] }, /no file of picks/],
    ['of 9 MB', ' '.repeat(9 * 2 ** 20), /too large/],
  ])('%s is refused in a sentence', async (_, value, words) => {
    await expect(readPicks(file(value))).rejects.toThrow(words)
  })
})
