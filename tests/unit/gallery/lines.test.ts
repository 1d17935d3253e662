import { describe, expect, it } from 'vitest'
import { describeDay } from '#domain/date-heading.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { type Before, toContents } from '#gallery/contents.ts'
import { viewOf } from '#gallery/head-view.ts'
import { keyOf } from '#gallery/items.ts'
import { advanceLead, arrange, type Lead } from '#gallery/lead.ts'
import { type Lines, layLines, movePlace } from '#gallery/lines.ts'
import { layTiles } from '#gallery/use-tile-layout.ts'

const now = new Date(2026, 10, 21, 15, 0).getTime()
const hoursAgo = (hours: number) => now - hours * 3_600_000
const task = { provider: 'kie-kontext', taskId: 'task-1' as TaskId }

function run(
  id: string,
  createdAt: number,
  state: object = { phase: 'working', sentAt: 1, task },
  marks: object = {},
): Run {
  const recipe = { family: 'flux-kontext', draft: { prompt: id }, sources: [] }
  return {
    id: id as RunId,
    recipe,
    marks: { createdAt, priceCredits: 5, pace: 'p', ...marks },
    state,
  } as Run
}

function picture(id: string, createdAt: number, madeBy?: string): Picture {
  const recipe = { family: 'flux-kontext', draft: {}, sources: [] }
  const made = { kind: 'made', run: madeBy as RunId, recipe, model: 'm', provider: 'p', task, index: 0, durationMs: 1 }
  const origin = madeBy ? { ...made, simulated: false } : { kind: 'dropped', fileName: id, notes: [] }
  return {
    id: id as PictureId,
    shelf: 'gallery',
    createdAt,
    prompt: id,
    mime: 'image/png',
    width: 1,
    height: 1,
    sizeBytes: 1,
    parents: [],
    origin,
  } as Picture
}

/** The grid as text: "# Today", then a line of ids for each row. */
function draw(
  lead: Lead,
  runs: readonly Run[],
  pictures: readonly Picture[],
  answers: readonly Picture[] = [],
): string[] {
  const before = arrange(lead, runs, pictures, answers)
  return drawAll(
    before,
    pictures.filter((each) => !before.lead.includes(each)),
  )
}

function layOut(before: Before, pictures: readonly Picture[]) {
  const contents = toContents(before, viewOf(pictures, {}), now)
  return { contents, lines: layLines(contents.sections, { columns: 3 }) }
}

function drawAll(before: Before, pictures: readonly Picture[]): string[] {
  const { contents, lines } = layOut(before, pictures)
  return linesOf(lines).map((line) =>
    line.kind === 'heading'
      ? `# ${line.title}`
      : Array.from({ length: line.count }, (_, at) => contents.itemAt(line.first + at)?.id).join(' '),
  )
}

const linesOf = (lines: Lines) =>
  Array.from({ length: lines.length }, (_, index) => lines.at(index)).flatMap((line) => line ?? [])

describe('headings', () => {
  it('name today, yesterday, then the day, and the year of another year', () => {
    expect(describeDay(hoursAgo(1), now)).toBe('Today')
    expect(describeDay(hoursAgo(16), now)).toBe('Yesterday')
    expect(describeDay(new Date(2026, 10, 17, 9).getTime(), now)).toBe('Tuesday, 17 November')
    expect(describeDay(new Date(2025, 0, 1).getTime(), now)).toBe('Wednesday, 1 January 2025')
  })

  it('are above the images of each day, and running runs come first', () => {
    const runs = [run('old', hoursAgo(2)), run('new', hoursAgo(1))]
    const pictures = [picture('a', hoursAgo(3)), picture('b', hoursAgo(4)), picture('c', hoursAgo(20))]
    expect(draw(advanceLead([], runs, pictures), runs, pictures)).toEqual([
      '# Today',
      'new old a',
      'b',
      '# Yesterday',
      'c',
    ])
  })
})

describe('a run that becomes its picture', () => {
  const first = run('first', hoursAgo(3))
  const second = run('second', hoursAgo(2))
  const before = [picture('before', hoursAgo(5))]

  it('keeps its place, in whatever order runs finish', () => {
    let lead = advanceLead([], [first, second], before)
    const finished = [picture('p2', hoursAgo(1), 'second'), ...before]
    lead = advanceLead(lead, [first], finished)
    expect(draw(lead, [first], finished)).toEqual(['# Today', 'p2 first before'])
    const both = [picture('p1', hoursAgo(0.5), 'first'), ...finished]
    lead = advanceLead(lead, [], both)
    expect(draw(lead, [], both)).toEqual(['# Today', 'p2 p1 before'])
  })

  it('is known by the same key', () => {
    expect(keyOf(picture('p1', 1, 'first'))).toBe(keyOf(first))
  })

  it('stays while its picture has not been read yet', () => {
    const lead = advanceLead(advanceLead([], [first], before), [], before)
    expect(draw(lead, [], before)).toEqual(['# Today', 'first before'])
  })

  it('gives the first place to the next run that starts', () => {
    const made = [picture('p1', hoursAgo(1), 'first'), ...before]
    let lead = advanceLead(advanceLead([], [first], before), [], made)
    lead = advanceLead(lead, [second], made)
    expect(draw(lead, [second], made)).toEqual(['# Today', 'second p1 before'])
  })

  it('keeps its place for its fallback run, and for the image of that one', () => {
    const standsIn = { for: 'first' as RunId, provider: 'gemini', model: 'Gemini' }
    const standIn = run('first-g1', now, { phase: 'queued' }, { standsIn })
    const refused = { ...first, state: { phase: 'failed', yieldsTo: standIn.id } } as Run
    const places = draw(advanceLead([], [first, second], before), [first, second], before)
    let lead = advanceLead([], [first, second], before)
    lead = advanceLead(lead, [refused, second], before)
    expect(draw(lead, [refused, second], before)).toEqual(places)
    lead = advanceLead(lead, [refused, second, standIn], before)
    lead = advanceLead(lead, [second, standIn], before)
    expect(draw(lead, [second, standIn], before)).toEqual(places.map((line) => line.replace('first', 'first-g1')))
    const made = [picture('p1', now, 'first-g1'), ...before]
    lead = advanceLead(lead, [second], made)
    expect(draw(lead, [second], made)).toEqual(places.map((line) => line.replace('first', 'p1')))
  })

  it('keeps its place for the image that its answer was laid into', () => {
    const answer = {
      ...picture('p1', hoursAgo(0.5), 'first'),
      laying: { kind: 'laid', picture: 'p1-laid' as PictureId },
    } as const
    const laid = [picture('p1-laid', hoursAgo(0.5)), ...before]
    let lead = advanceLead([], [first, second], before)
    const places = draw(lead, [first, second], before)
    // The answer was laid in before the list of images had it.
    lead = advanceLead(lead, [second], laid, [answer])
    expect(draw(lead, [second], laid, [answer])).toEqual(places.map((line) => line.replace('first', 'p1-laid')))
    lead = advanceLead(lead, [second], before, [answer])
    expect(draw(lead, [second], before, [answer])).toEqual(places.map((line) => line.replace('first ', '')))
  })

  it('leaves when it was removed, and returns to its place from the bin', () => {
    const queued = run('queued', hoursAgo(1), { state: { phase: 'queued' } })
    expect(draw(advanceLead(advanceLead([], [queued], before), [], before), [], before)).toEqual(['# Today', 'before'])
    const made = [picture('p1', hoursAgo(1), 'first'), ...before]
    const settled = advanceLead(advanceLead([], [first], before), [], made)
    const binned = advanceLead(settled, [], before)
    expect(draw(binned, [], before)).toEqual(['# Today', 'before'])
    expect(draw(advanceLead(binned, [], made), [], made)).toEqual(['# Today', 'p1 before'])
  })

  it('does not change what is remembered when nothing has changed', () => {
    const lead = advanceLead([], [first], before)
    expect(advanceLead(lead, [first], before)).toBe(lead)
  })
})

describe('runs that need a decision', () => {
  it('get a line of their own above the tiles', () => {
    const failure = { kind: 'unconfirmed' } as const
    const runs = [
      run('failed', 3, { phase: 'failed', failure, chargePossible: true }),
      run('stopped', 2, undefined, { stopped: true }),
      run('working', 1),
    ]
    expect(draw(advanceLead([], runs, []), runs, [])).toEqual(['failed', 'stopped', '# Today', 'working'])
  })
})

describe('moving by keys', () => {
  const pictures = ['a', 'b', 'c', 'd'].map((id) => picture(id, hoursAgo(1)))
  const older = ['e', 'f'].map((id) => picture(id, hoursAgo(20)))
  const { lines } = layOut({ cards: [run('card', 1)], lead: [] }, [...pictures, ...older])
  // card / a b c / d / e f: places 0, 1 2 3, 4, 5 6
  const from = (place: number, key: string) => movePlace(lines, place, key, 2)

  it('goes along the items and past headings', () => {
    expect(lines.places).toBe(7)
    expect([from(4, 'ArrowRight'), from(5, 'ArrowLeft'), from(0, 'ArrowLeft'), from(6, 'ArrowRight')]).toEqual([
      5, 4, 0, 6,
    ])
  })

  it('keeps the column up and down, as far as a line reaches', () => {
    expect([from(3, 'ArrowDown'), from(1, 'ArrowUp'), from(6, 'ArrowUp'), from(5, 'ArrowUp')]).toEqual([4, 0, 4, 4])
    expect(from(6, 'ArrowDown')).toBe(6)
  })

  it('goes to both ends and by pages', () => {
    expect([from(3, 'Home'), from(3, 'End'), from(0, 'PageDown'), from(6, 'PageUp')]).toEqual([0, 6, 4, 2])
  })

  it('leaves other keys alone', () => {
    expect(from(3, 'a')).toBeUndefined()
  })
})

describe('lines', () => {
  it('know the line of every place, and the places of every line', () => {
    const sections = [{ count: 2, wide: true as const }, { title: 'Today', count: 7 }, { count: 4 }]
    const lines = layLines(sections, { columns: 3 })
    expect(
      linesOf(lines).map((line) => (line.kind === 'heading' ? line.title : `${line.first}+${line.count}`)),
    ).toEqual(['0+1', '1+1', 'Today', '2+3', '5+3', '8+1', '9+3', '12+1'])
    expect(Array.from({ length: 14 }, (_, place) => lines.lineOf(place))).toEqual([
      0, 1, 3, 3, 3, 4, 4, 4, 5, 6, 6, 6, 7, -1,
    ])
  })

  it('fill the width in natural ratios; the last of a day keeps the height', () => {
    const widths = [2, 1, 1, 0.5, 3]
    const ratios = { of: (place: number) => widths[place] ?? 1, widthPx: 306, heightPx: 100, gapPx: 6 }
    const lines = linesOf(layLines([{ count: 5 }], { columns: 3, ratios }))
    expect(lines).toEqual([
      { kind: 'tiles', first: 0, count: 2, heightPx: 100 },
      { kind: 'tiles', first: 2, count: 3, heightPx: 294 / 4.5 },
    ])
  })
})

describe('tiles', () => {
  it('are about as wide as was wished, and fill the width', () => {
    for (let width = 296; width <= 1600; width += 1) {
      for (const wish of [96, 128, 256]) {
        const { columns, tilePx } = layTiles(width, 0, wish)
        expect(tilePx).toBeGreaterThan(wish * 0.6)
        expect(tilePx).toBeLessThan(wish * 1.6)
        expect(columns * tilePx + (columns - 1) * 6).toBeLessThanOrEqual(width)
      }
    }
  })

  it('are at most 150 in view and just beyond, however large the window is', () => {
    for (const [width, height] of [
      [336, 900],
      [1_900, 1_000],
      [3_800, 2_000],
      [700, 2_400],
    ] as const) {
      const { columns, tilePx } = layTiles(width, height, 64)
      const rows = Math.ceil(height / (tilePx + 6)) + 1
      expect(columns * (rows + 2)).toBeLessThanOrEqual(150)
    }
  })
})
