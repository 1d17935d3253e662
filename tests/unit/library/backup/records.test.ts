import { expect, it } from 'vitest'
import { readFolderLine } from '#library/backup/records.ts'
import { failedRun, savedRun, workingRun } from '../../../support/gallery-records.ts'

const collection = { id: 'posters', name: 'Posters', kind: 'plain', order: 3 }

it.each<[string, object]>([
  ['a collection', { collection: { ...collection, parent: 'all', cover: 'fox', sequence: ['fox', 'owl'] } }],
  ['a smart collection', { collection: { ...collection, kind: 'smart', rule: '{}' } }],
  ['a saved run', { run: savedRun('a', ['fox']) }],
  ['a failed run', { run: failedRun('a') }],
  ['a run under way', { run: workingRun('a') }],
])('%s is read', (_, line) => {
  expect(readFolderLine(JSON.stringify(line))).toEqual(line)
})

it('a run with an area that was painted for many minutes is read', () => {
  const points = Array.from({ length: 100_000 }, (_, at) => at + 0.5)
  const run = savedRun('a', ['fox'])
  const painted = { ...run, recipe: { ...run.recipe, edits: [{ document: { area: [{ shape: { points } }] } }] } }
  expect(readFolderLine(JSON.stringify({ run: painted }))).toEqual({ run: painted })
})

const failed = failedRun('a')
it.each<[string, object]>([
  ['a collection whose order by hand is a number', { collection: { ...collection, sequence: 7 } }],
  ['a collection with a parent that is no id', { collection: { ...collection, parent: { id: 'x' } } }],
  ['a collection with a rule that is no text', { collection: { ...collection, rule: ['x'] } }],
  ['a saved run without images', { run: { ...savedRun('a', ['fox']), state: { phase: 'saved' } } }],
  ['a failed run without a reason', { run: { ...failed, state: { phase: 'failed', chargePossible: false } } }],
  [
    'a refused run without its issues',
    { run: { ...failed, state: { ...failed.state, failure: { kind: 'invalid' } } } },
  ],
  ['a run in an unknown phase', { run: { ...failed, state: { phase: 'dancing' } } }],
])('%s is not', (_, line) => {
  expect(readFolderLine(JSON.stringify(line))).toBeUndefined()
})
