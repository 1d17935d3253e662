import { beforeEach, describe, expect, it } from 'vitest'
import { type Composed, diffComposed, mergeList, planComposed } from '#acts/composed-changes.ts'
import { invertAll } from '#domain/command.ts'
import { type AreaStep, emptyDocument, type Mark, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { pictureIds } from '../../support/gallery-records.ts'

const sourcesOf = (family: string) => useWorkspace.getState().sources[family]

beforeEach(() => useWorkspace.setState(useWorkspace.getInitialState(), true))

/** Makes a change and returns a function that undoes exactly that change. */
function act(change: (state: ReturnType<typeof useWorkspace.getState>) => void): () => ReturnType<typeof planComposed> {
  const before: Composed = useWorkspace.getState()
  change(useWorkspace.getState())
  const changes = diffComposed(before, useWorkspace.getState())
  return () => {
    const plan = planComposed(invertAll(changes))
    plan.commit()
    return plan
  }
}

describe('undo of a change of the sources', () => {
  it('puts back the removed one and keeps one that was added since (B4)', () => {
    useWorkspace.getState().setSources('flux-2', pictureIds('a', 'b', 'c'))
    const undo = act(({ setSources }) => setSources('flux-2', pictureIds('a', 'c')))
    useWorkspace.getState().setSources('flux-2', pictureIds('a', 'c', 'd'))
    undo()
    expect(sourcesOf('flux-2')).toEqual(['a', 'b', 'c', 'd'])
  })

  it('takes out the added one and keeps a removal made since', () => {
    useWorkspace.getState().setSources('flux-2', pictureIds('a', 'b'))
    const undo = act(({ setSources }) => setSources('flux-2', pictureIds('a', 'b', 'c')))
    useWorkspace.getState().setSources('flux-2', pictureIds('b', 'c'))
    undo()
    expect(sourcesOf('flux-2')).toEqual(['b'])
  })

  it('gives back the replaced source, unless there is no room for it any more', () => {
    useWorkspace.getState().setSources('flux-kontext', pictureIds('a'))
    const undo = act(({ setSources }) => setSources('flux-kontext', pictureIds('b')))
    useWorkspace.getState().setSources('flux-kontext', pictureIds('c'))
    expect(undo().outcome).toEqual({ changed: 0, left: 1 })
    expect(sourcesOf('flux-kontext')).toEqual(['c'])
    useWorkspace.getState().setSources('flux-kontext', pictureIds('b'))
    expect(undo().outcome).toEqual({ changed: 1, left: 0 })
    expect(sourcesOf('flux-kontext')).toEqual(['a'])
  })
})

it('undo of a removed template puts it back in its place and keeps one that another window saved since', () => {
  const { adjust } = useWorkspace.getState()
  adjust({ templates: ['a', 'b', 'c'] })
  const undo = act(() => adjust({ templates: ['a', 'c'] }))
  adjust({ templates: ['new', 'a', 'c'] })
  undo()
  expect(useWorkspace.getState().templates).toEqual(['new', 'a', 'b', 'c'])
})

it('undo of reused settings brings back the unsent prompt, the family and the sources (B3)', () => {
  const { chooseFamily, editDraft, setSources } = useWorkspace.getState()
  chooseFamily('flux-2')
  editDraft('flux-kontext', { prompt: 'mine', model: 'max' })
  setSources('flux-kontext', pictureIds('mine'))
  const recipe = { family: 'flux-kontext', draft: { prompt: 'theirs', model: 'pro' }, sources: pictureIds('theirs') }
  const undo = act(({ recall }) => recall(recipe))
  undo()
  const { family, drafts } = useWorkspace.getState()
  expect(family).toBe('flux-2')
  expect(drafts['flux-kontext']).toMatchObject({ prompt: 'mine', model: 'max' })
  expect(sourcesOf('flux-kontext')).toEqual(['mine'])
})

it('reused settings have the area, the marks, the crop and the way of the recipe; undo brings back what was drawn', () => {
  const [photo, other] = pictureIds('photo', 'other') as [PictureId, PictureId]
  const pin: Mark = { id: 'm1', n: 1, colour: 'cyan', note: 'here', kind: 'pin', at: [4, 5] }
  const area: AreaStep[] = [{ op: 'add', shape: { kind: 'box', box: [1, 2, 30, 40] } }]
  const theirs = { ...emptyDocument(photo), area, rim: 20, marks: [pin], frame: { ...plainFrame, turn: 90 as const } }
  const mine = { ...emptyDocument(photo), area: [{ op: 'invert' as const }] }
  const elsewhere = { ...emptyDocument(other), marks: [pin] }
  useWorkspace.getState().edit(mine)
  useWorkspace.getState().edit(elsewhere)
  const sent = { width: 90, height: 90 }
  const recipe: Recipe = {
    family: 'flux-kontext',
    draft: { prompt: 'theirs' },
    sources: [photo],
    edits: [{ document: theirs, way: 'part', rect: [0, 0, 90, 90], sent, marks: 'burnt' }],
  }
  const undo = act(({ recall }) => recall(recipe))
  expect(useWorkspace.getState().edits).toEqual({
    [photo]: { document: theirs, way: 'part' },
    [other]: { document: elsewhere },
  })
  undo()
  expect(useWorkspace.getState().edits[photo]?.document).toEqual(mine)
})

it('undo keeps an image on the stage that was chosen since', () => {
  useWorkspace.getState().select(pictureIds('a')[0])
  const undo = act(({ select }) => select(pictureIds('b')[0]))
  useWorkspace.getState().select(pictureIds('c')[0])
  undo()
  expect(useWorkspace.getState().selected).toBe('c')
})

it.each([
  { current: 'abc', from: 'abc', to: 'cab', merged: 'cab' },
  { current: 'abcx', from: 'abc', to: 'cab', merged: 'cabx' },
  { current: 'xabc', from: 'abc', to: 'bca', merged: 'xbca' },
  { current: 'bac', from: 'abc', to: 'acb', merged: 'bac' },
  { current: '', from: 'a', to: '', merged: '' },
  { current: 'b', from: '', to: 'a', merged: 'ab' },
  { current: 'ac', from: 'ab', to: 'acb', merged: 'ac' },
])('the change $from → $to made to $current gives $merged', ({ current, from, to, merged }) => {
  expect(mergeList([...current], [...from], [...to]).join('')).toBe(merged)
})

describe('undo of an area', () => {
  const [photo] = pictureIds('photo') as [PictureId]
  const dab = (x: number): AreaStep => ({ op: 'add', shape: { kind: 'brush', points: [x, 10], radius: 5 } })
  const areaNow = () => useWorkspace.getState().edits[photo]?.document.area
  const draw = (...area: AreaStep[]) => {
    const document = useWorkspace.getState().edits[photo]?.document ?? emptyDocument(photo)
    return act(({ edit }) => edit({ ...document, area: [...document.area, ...area] }))
  }

  it('takes back one stroke after the other, and each can be redone', () => {
    const undoFirst = draw(dab(1))
    const undoSecond = draw(dab(2), dab(3))
    const { made } = undoSecond()
    expect(areaNow()).toEqual([dab(1)])
    planComposed(invertAll(made)).commit()
    expect(areaNow()).toEqual([dab(1), dab(2), dab(3)])
    undoSecond()
    undoFirst()
    expect(areaNow()).toBeUndefined()
  })

  it('puts a cleared area back, with its rim', () => {
    draw(dab(1), dab(2))
    const document = useWorkspace.getState().edits[photo]?.document ?? emptyDocument(photo)
    const undo = act(({ edit }) => edit({ ...document, area: [] }))
    expect(areaNow()).toBeUndefined()
    undo()
    expect(areaNow()).toEqual([dab(1), dab(2)])
  })

  it('leaves an area alone that has changed in between', () => {
    const undo = draw(dab(1))
    useWorkspace.getState().edit({ ...emptyDocument(photo), area: [dab(7)] })
    expect(undo().outcome).toEqual({ changed: 0, left: 1 })
    expect(areaNow()).toEqual([dab(7)])
  })

  it('takes back the width of the rim', () => {
    draw(dab(1))
    const document = useWorkspace.getState().edits[photo]?.document ?? emptyDocument(photo)
    const undo = act(({ edit }) => edit({ ...document, rim: 30 }))
    undo()
    expect(useWorkspace.getState().edits[photo]?.document.rim).toBe(8)
  })
})

describe('undo of marks and of a frame', () => {
  const [photo] = pictureIds('photo') as [PictureId]
  const pin = (n: number, x = n): Mark => ({ id: `m${n}`, n, colour: 'red', note: '', kind: 'pin', at: [x, 1] })
  const documentNow = () => useWorkspace.getState().edits[photo]?.document ?? emptyDocument(photo)
  const setMarks = (...marks: Mark[]) => act(({ edit }) => edit({ ...documentNow(), marks }))
  const numbers = () => documentNow().marks.map(({ n }) => n)

  it('puts a deleted mark back in its place, beside those that were drawn since', () => {
    setMarks(pin(1), pin(2))
    const undo = setMarks(pin(2))
    setMarks(pin(2), pin(3))
    undo()
    expect(numbers()).toEqual([1, 2, 3])
  })

  it('takes back a move, unless the mark has changed since', () => {
    setMarks(pin(1))
    const undo = setMarks(pin(1, 50))
    undo()
    expect(documentNow().marks).toEqual([pin(1)])
    const undoSecond = setMarks(pin(1, 60))
    setMarks(pin(1, 70))
    expect(undoSecond().outcome).toEqual({ changed: 0, left: 1 })
    expect(documentNow().marks).toEqual([pin(1, 70)])
  })

  it('takes back a crop, and leaves what else was done with the image', () => {
    setMarks(pin(1))
    const frame = { ...plainFrame, crop: [0, 0, 9, 9] } as const
    const undo = act(({ edit }) => edit({ ...documentNow(), frame }))
    expect(documentNow().frame).toEqual(frame)
    undo()
    expect(documentNow()).toMatchObject({ frame: plainFrame, marks: [pin(1)] })
  })
})
