import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BatchId, CollectionId, PictureId } from '#domain/ids.ts'
import { toneOf } from '#imaging/palette.ts'
import { createFinder, type Finder } from '#library/find/finder.ts'
import { everything, type Query } from '#library/find/query.ts'
import type { Row } from '#library/find/row.ts'
import { rowsOf } from '../../../support/find-corpus.ts'

const day = 86_400_000
const noon = new Date(2026, 10, 20, 12).getTime()

function row(id: string, change: Partial<Row> = {}): Row {
  return {
    id: id as PictureId,
    shelf: 'gallery',
    createdAt: noon,
    prompt: id,
    file: '',
    model: 'Flux 2 Pro',
    ratio: '1:1',
    width: 1024,
    height: 1024,
    sizeBytes: 1,
    kind: 'made',
    simulated: false,
    edited: false,
    star: false,
    reject: false,
    rating: 0,
    note: '',
    tags: [],
    collections: [],
    ...change,
  }
}

function finderOf(...rows: readonly Row[]): Finder {
  const finder = createFinder()
  finder.put(rows)
  return finder
}

function idsFor(finder: Finder, query: Partial<Query> | string): readonly string[] {
  finder.find({ ...everything, ...(typeof query === 'string' ? { text: query } : query) })
  return finder.ids()
}

function suggestionFor(finder: Finder, typed: string): string | undefined {
  const steps = finder.suggestion(typed)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value ?? undefined
  }
}

describe('what is typed', () => {
  const finder = finderOf(
    row('a red fox in snow', { tags: ['hero'], rating: 4, star: true, createdAt: noon + 5 }),
    row('A Fox-like portrait', { model: 'Flux Kontext Max', ratio: '16:9', rating: 2, createdAt: noon + 4 }),
    row('snow on the roof', { note: 'for Anna', rating: 5, colour: 'red', createdAt: noon + 3 }),
    row('forêt enneigée', { file: 'IMG_0042.HEIC', kind: 'dropped', reject: true, createdAt: noon + 2 }),
    row('old', { collections: ['c1' as CollectionId], edited: true, createdAt: new Date(2024, 4, 5, 12).getTime() }),
  )
  finder.knowCollections([{ id: 'c1' as CollectionId, name: 'Café Berlin' }])

  it.each<[string, readonly string[]]>([
    ['', ['a red fox in snow', 'A Fox-like portrait', 'snow on the roof', 'forêt enneigée', 'old']],
    ['fox', ['a red fox in snow', 'A Fox-like portrait']],
    ['FOX snow', ['a red fox in snow']],
    ['ox', ['a red fox in snow', 'A Fox-like portrait']],
    ['"fox in"', ['a red fox in snow']],
    ['"in fox"', []],
    ['snow -fox', ['snow on the roof']],
    ['-"red fox" fox', ['A Fox-like portrait']],
    ['foret', ['forêt enneigée']],
    ['FORÊT', ['forêt enneigée']],
    ['anna', ['snow on the roof']],
    ['hero', ['a red fox in snow']],
    ['kontext', ['A Fox-like portrait']],
    ['0042.heic', ['forêt enneigée']],
    ['cafe', ['old']],
    ['model:max', ['A Fox-like portrait']],
    ['-model:"flux 2"', ['A Fox-like portrait']],
    ['ratio:16:9', ['A Fox-like portrait']],
    ['tag:hero', ['a red fox in snow']],
    ['note:anna', ['snow on the roof']],
    ['file:img', ['forêt enneigée']],
    ['collection:berlin', ['old']],
    ['rating:>=4', ['a red fox in snow', 'snow on the roof']],
    ['rating:2', ['A Fox-like portrait']],
    ['rating:<2', ['forêt enneigée', 'old']],
    ['is:starred', ['a red fox in snow']],
    ['is:rejected', ['forêt enneigée']],
    ['is:imported', ['forêt enneigée']],
    ['is:edited', ['old']],
    ['colour:red', ['snow on the roof']],
    ['before:2025', ['old']],
    ['after:2024-05 before:2026-12-01 roof', ['snow on the roof']],
    ['after:2024-05-05 old', []],
    // Unknown filters are searched as words.
    ['model:', []],
    ['rating:9', []],
    ['before:2026-13-40', []],
    ['"', ['a red fox in snow', 'A Fox-like portrait', 'snow on the roof', 'forêt enneigée', 'old']],
    ['""""', ['a red fox in snow', 'A Fox-like portrait', 'snow on the roof', 'forêt enneigée', 'old']],
    ['"red fox', ['a red fox in snow']],
  ])('%j finds %j', (text, ids) => {
    expect(idsFor(finder, text)).toEqual(ids)
  })

  it.each([
    ['10,000 letters', 'x'.repeat(10_000)],
    ['10,000 words', 'fox '.repeat(10_000)],
    ['Hebrew', 'שועל אדום'],
    ['emoji', '🦊❄️'],
    ['a lone half of an emoji', '\ud83e'],
    ['only minuses', '- -- ---'],
    ['signs of regular expressions', '(.*)+[^a]\\'],
  ])('%s are answered', (_, text) => {
    expect(() => finder.find({ ...everything, text })).not.toThrow()
  })

  it('is corrected by one letter if it finds nothing', () => {
    expect(suggestionFor(finder, 'porttrait')).toBe('portrait')
    expect(suggestionFor(finder, 'fox Portrat')).toBe('fox portrait')
    expect(suggestionFor(finder, 'fox')).toBeUndefined()
    expect(suggestionFor(finder, 'zzzzzzzz')).toBeUndefined()
  })
})

describe('letters of other scripts', () => {
  it.each([
    ['が', 'か'],
    ['कि', 'क'],
  ])('%s is not found by another letter that looks alike, and finds itself', (text, part) => {
    const finder = finderOf(row(`x${text}x`))
    expect(idsFor(finder, text)).toEqual([`x${text}x`])
    // Hindi vowel signs follow their letter, so the bare letter matches; a Japanese voiced letter is a single letter.
    expect(idsFor(finder, part)).toEqual(text.normalize('NFC').includes(part) ? [`x${text}x`] : [])
  })

  it('every two and three letters of a text find it, in eight languages', () => {
    const rows = rowsOf(300, 7).map((one) => ({ ...one, shelf: 'gallery' as const }))
    const finder = finderOf(...rows)
    let asked = 0
    for (const { id, prompt } of rows.slice(0, 120)) {
      const word = prompt.split(' ').find((one) => [...one].length >= 3) ?? ''
      const letters = [...word.normalize('NFC')]
      for (const length of [2, 3]) {
        for (let from = 0; from + length <= letters.length; from++) {
          const piece = letters.slice(from, from + length).join('')
          // Nobody types a text that begins with a combining sign.
          if (/^\p{M}/u.test(piece) || piece.includes('"')) continue
          expect(idsFor(finder, `"${piece}"`), piece).toContain(id)
          asked += 1
        }
      }
    }
    expect(asked).toBeGreaterThan(500)
  })
})

describe('filters', () => {
  const finder = finderOf(
    row('one', { model: 'A', ratio: '1:1', tags: ['x'], colour: 'red', createdAt: noon + 4 }),
    row('two', { model: 'B', ratio: '1:1', tags: ['x', 'y'], createdAt: noon + 3 }),
    row('three', { model: 'A', ratio: '16:9', star: true, rating: 3, createdAt: noon + 2 }),
    row('four', { model: 'B', ratio: '16:9', shelf: 'bin', createdAt: noon + 1 }),
  )

  it.each<[Partial<Query>, readonly string[]]>([
    [{ models: ['A'] }, ['one', 'three']],
    [{ models: ['A', 'B'], ratios: ['16:9'] }, ['three']],
    [{ tags: ['y'] }, ['two']],
    [{ colours: ['red'] }, ['one']],
    [{ starred: true }, ['three']],
    [{ starred: false }, ['one', 'two']],
    [{ rating: 3 }, ['three']],
    [{ shelf: 'bin' }, ['four']],
  ])('%j leaves %j', (query, ids) => {
    expect(idsFor(finder, query)).toEqual(ids)
  })

  it('count for each value the results of choosing it, whatever else is chosen of the same kind', () => {
    const { facets, total } = finder.find({ ...everything, models: ['A'], ratios: ['1:1'] })
    expect(total).toBe(1)
    expect(facets.models).toEqual([
      { value: 'A', count: 1 },
      { value: 'B', count: 1 },
    ])
    expect(facets.ratios).toEqual([
      { value: '16:9', count: 1 },
      { value: '1:1', count: 1 },
    ])
    expect(facets.tags).toEqual([{ value: 'x', count: 1 }])
  })
})

describe('the order', () => {
  const finder = finderOf(
    row('b', { prompt: 'ship and sea', createdAt: noon, rating: 1, width: 10 }),
    row('a', { prompt: 'seaside ships', createdAt: noon, rating: 5 }),
    row('c', { prompt: 'sea and ship', createdAt: noon - day, rating: 1 }),
    row('d', { prompt: 'the sea ship', createdAt: noon - 2 * day }),
    row('e', { prompt: 'undersea airship', createdAt: noon + day }),
  )

  it.each<[Query['sort'], readonly string[]]>([
    ['newest', ['e', 'a', 'b', 'c', 'd']],
    ['oldest', ['d', 'c', 'b', 'a', 'e']],
    ['rating', ['a', 'b', 'c', 'e', 'd']],
    ['largest', ['e', 'a', 'c', 'd', 'b']],
    ['best', ['d', 'a', 'b', 'c', 'e']],
  ])('by %s', (sort, ids) => {
    expect(idsFor(finder, { sort, text: 'sea ship' })).toEqual(ids)
  })

  it('by time names the days and where they begin', () => {
    const { days } = finder.find(everything)
    expect(days.map(({ from }) => from)).toEqual([0, 1, 3, 4])
    expect(days[1]?.at).toBe(new Date(2026, 10, 20).getTime())
    expect(finder.find({ ...everything, sort: 'rating' }).days).toEqual([])
  })

  it('tells places, slices and shapes', () => {
    finder.find(everything)
    expect(finder.placeOf('c' as PictureId)).toBe(3)
    expect(finder.placeOf('nobody' as PictureId)).toBeUndefined()
    expect(finder.ids(1, 3)).toEqual(['a', 'b'])
    expect(finder.items(2, 3)).toEqual([{ id: 'b', width: 10, height: 1024 }])
    expect(finder.shapes()).toHaveLength(5)
  })
})

describe('stacks', () => {
  const batch = 'batch-1' as BatchId
  const finder = finderOf(
    row('newer', { createdAt: noon + 9 }),
    row('s1', { createdAt: noon + 3, batch }),
    row('s2', { createdAt: noon + 2, batch }),
    row('between', { createdAt: noon + 1 }),
    row('s3', { createdAt: noon, batch, star: true }),
  )

  it('are one tile at the place of their newest image, show the picked image, and return all of their images', () => {
    const found = finder.find(everything, { stacks: true })
    expect([found.total, found.images]).toEqual([3, 5])
    expect(finder.items(0, 3).map(({ id, stack }) => [id, stack])).toEqual([
      ['newer', undefined],
      ['s3', ['s1', 's2', 's3']],
      ['between', undefined],
    ])
    expect(finder.ids(1, 2)).toEqual(['s1', 's2', 's3'])
    expect(finder.placeOf('s3' as PictureId)).toBe(1)
  })

  it('hold only what the filter leaves', () => {
    expect(finder.find({ ...everything, starred: true }, { stacks: true }).total).toBe(1)
    expect(finder.items(0, 1)).toEqual([{ id: 's3', width: 1024, height: 1024 }])
  })

  it('that are opened have their images beside each other, on the day of the newest', () => {
    const midnight = new Date(2026, 10, 21).getTime()
    const over = finderOf(
      row('late', { createdAt: midnight + 2, batch }),
      row('single', { createdAt: midnight + 1 }),
      row('early', { createdAt: midnight - 1, batch }),
      row('old', { createdAt: midnight - 2 }),
    )
    const found = over.find(everything, { stacks: true, opened: [batch] })
    expect(over.items(0, 9).map(({ id, opened, stack }) => [id, opened, stack])).toEqual([
      ['late', 2, undefined],
      ['early', 2, undefined],
      ['single', undefined, undefined],
      ['old', undefined, undefined],
    ])
    expect(found.days.map(({ from }) => from)).toEqual([0, 3])
    expect(over.ids(0, 1)).toEqual(['late'])
  })
})

describe('a collection', () => {
  const [posters, drafts] = ['posters', 'drafts'] as CollectionId[] as [CollectionId, CollectionId]
  const finder = finderOf(
    row('a', { createdAt: noon + 3, collections: [posters] }),
    row('b', { createdAt: noon + 2, collections: [drafts] }),
    row('c', { createdAt: noon + 1, collections: [posters, drafts] }),
    row('d', { createdAt: noon }),
    row('e', { createdAt: noon - 1, collections: [drafts], shelf: 'bin' }),
  )
  finder.knowCollections([
    { id: posters, name: 'Posters', sequence: ['c', 'a'] as PictureId[] },
    { id: drafts, name: 'Drafts', parent: posters },
  ])

  it('holds the images of those nested in it, and counts each once', () => {
    expect(idsFor(finder, { collection: posters })).toEqual(['a', 'b', 'c'])
    expect(idsFor(finder, { collection: drafts })).toEqual(['b', 'c'])
    expect(new Map(finder.collections())).toEqual(
      new Map([
        [posters, { count: 3, newest: 'a' }],
        [drafts, { count: 2, newest: 'b' }],
      ]),
    )
  })

  it('is ordered by hand, what was added since comes after, newest first', () => {
    expect(idsFor(finder, { collection: posters, sort: 'hand' })).toEqual(['c', 'a', 'b'])
    expect(idsFor(finder, { collection: drafts, sort: 'hand' })).toEqual(['b', 'c'])
  })
})

describe('a colour', () => {
  const [red, blue] = [toneOf(200, 40, 30), toneOf(47, 98, 200)]
  const finder = finderOf(
    row('red first', { createdAt: noon + 3, palette: [red, blue] }),
    row('blue', { createdAt: noon + 2, palette: [blue] }),
    row('without', { createdAt: noon + 1, palette: [] }),
    row('not looked at', { createdAt: noon }),
  )

  it('finds the images that have it, or one that looks like it', () => {
    expect(idsFor(finder, { tone: '#c8281e' })).toEqual(['red first'])
    expect(idsFor(finder, { tone: '#3a6ad0' })).toEqual(['red first', 'blue'])
    expect(idsFor(finder, { tone: 'no colour' })).toEqual([])
  })

  it('is missing only for images whose colours were not read, also after a restart', () => {
    expect(finder.uncoloured()).toEqual(['not looked at'])
    const again = createFinder(structuredClone(finder.toSnapshot())) as Finder
    expect(again.uncoloured()).toEqual(['not looked at'])
    expect(idsFor(again, { tone: '#c8281e' })).toEqual(['red first'])
  })
})

describe('changes', () => {
  it('of any kind and order give the same as a new index', () => {
    const rows = rowsOf(60, 3)
    const queries: readonly Query[] = [
      everything,
      { ...everything, shelf: 'bin', sort: 'oldest' },
      { ...everything, text: 'a', models: ['Flux 2 Pro'] },
      { ...everything, text: 'rating:>=2 -is:starred', sort: 'rating' },
    ]
    const act = fc.tuple(fc.constantFrom('put', 'remove', 'change', 'reopen'), fc.nat(rows.length - 1), fc.nat(5))
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
        let finder = createFinder()
        const known = new Map<string, Row>()
        for (const [what, index, value] of acts) {
          const one = rows[index] as Row
          if (what === 'reopen') finder = createFinder(structuredClone(finder.toSnapshot())) as Finder
          else if (what === 'remove') {
            finder.remove([one.id])
            known.delete(one.id)
          } else {
            const next =
              what === 'put' ? one : { ...one, rating: value, star: value > 2, prompt: `${one.prompt} ${value}` }
            finder.put([next])
            known.set(one.id, next)
          }
        }
        const anew = createFinder()
        anew.put([...known.values()])
        expect(finder.size).toBe(known.size)
        for (const query of queries) {
          const found = finder.find(query)
          const { version: _, ...expected } = anew.find(query)
          expect(found).toMatchObject(expected)
          expect(finder.ids()).toEqual(anew.ids())
        }
      }),
      { numRuns: 60 },
    )
  })

  it('invalidate earlier positions', () => {
    const finder = finderOf(row('a'))
    const { version } = finder.find(everything)
    finder.put([row('b')])
    expect(finder.version).toBeGreaterThan(version)
  })
})

describe('a snapshot', () => {
  it.each([undefined, null, 'text', {}, { v: 2 }, { v: 1, length: 3, ids: '', texts: '' }])(
    '%j is none',
    (snapshot) => {
      expect(createFinder(snapshot)).toBeUndefined()
    },
  )

  const withTexts = (...prompts: readonly string[]) =>
    finderOf(...prompts.map((prompt, at) => row(`${at}`, { prompt })))

  it('does not hold the words of what was changed or deleted', () => {
    const finder = withTexts('a secret project', 'the old name', 'a fox')
    finder.remove(['0' as PictureId])
    finder.put([row('1', { prompt: 'the new name' })])
    const texts = JSON.stringify(finder.toSnapshot())
    expect(texts).not.toMatch(/secret|old/)
    expect(texts).toMatch(/the new name.*a fox|a fox.*the new name/)
    const again = createFinder(finder.toSnapshot())
    again?.put([row('3', { prompt: 'a heron' })])
    expect(['fox', 'new', 'heron'].map((word) => again && idsFor(again, word))).toEqual([['2'], ['1'], ['3']])
  })

  it('keeps the words that another image still has', () => {
    const finder = withTexts('a fox', 'a fox')
    finder.remove(['0' as PictureId])
    finder.put([row('2', { prompt: 'an owl' })])
    expect(['fox', 'owl'].map((word) => idsFor(finder, word))).toEqual([['1'], ['2']])
  })

  it('finds the same images where a text holds characters that separate texts', () => {
    const again = createFinder(withTexts('a\0b', 'a fox', 'an owl').toSnapshot())
    expect(['fox', 'owl', 'b'].map((word) => again && idsFor(again, word))).toEqual([['1'], ['2'], ['0']])
  })

  it('of an earlier version is freed of words that no image has', () => {
    const snapshot = withTexts('a fox', 'an owl').toSnapshot() as { texts: string }
    const again = createFinder({ ...snapshot, texts: `${snapshot.texts}\0a secret project` })
    expect(again && suggestionFor(again, 'projact')).toBeUndefined()
    expect(JSON.stringify(again?.toSnapshot())).not.toContain('secret')
    expect(['fox', 'owl'].map((word) => again && idsFor(again, word))).toEqual([['0'], ['1']])
  })

  it('cut short is none', () => {
    const finder = createFinder()
    finder.put(rowsOf(10))
    const snapshot = finder.toSnapshot() as { length: number }
    expect(createFinder({ ...snapshot, length: 11 })).toBeUndefined()
    expect(createFinder(snapshot)?.size).toBe(10)
  })
})
