import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { type Act, type AppAct, findAct, type Place, type ViewAct } from '#acts/act.ts'
import { acts } from '#acts/act-list.ts'
import { actsFor } from '#acts/image-acts.ts'
import { surveyActs } from '#acts/survey-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import type { Picture } from '#domain/picture.ts'
import { StageStart } from '#stage/stage-start.tsx'
import { describeShortcut, findShortcut } from '#ui/shortcut.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { recipeOf } from '../support/render-gallery.tsx'

const places: readonly Place[] = ['stage', 'gallery']
const named: Readonly<Record<string, string>> = {
  enter: 'Enter',
  esc: 'Escape',
  space: ' ',
  plus: '+',
  left: 'ArrowLeft',
  right: 'ArrowRight',
  up: 'ArrowUp',
  down: 'ArrowDown',
  delete: 'Delete',
  backspace: 'Backspace',
}

/** The press of keys as the sheet shows them: "mod+shift+z". */
function toPress(keys: string): KeyboardEventInit {
  const parts = keys.split('+')
  const last = parts.at(-1) ?? ''
  const has = (name: string) => parts.includes(name)
  return { key: named[last] ?? last, ctrlKey: has('mod'), shiftKey: has('shift'), altKey: has('alt') }
}

const eventOf = (keys: string) => new KeyboardEvent('keydown', { ...toPress(keys), bubbles: true })
const each = <A extends Act>(all: readonly A[]) =>
  all.flatMap((one) => one.keys.map((keys) => [one.label, keys, one] as const))
const isOn =
  <On extends Act['on']>(on: On) =>
  (one: Act): one is Extract<Act, { on: On }> =>
    one.on === on

afterEach(emptyWorkspace)

describe('a key of the list, for images', () => {
  const origin = { kind: 'made', recipe: recipeOf('one') }
  const kept = { id: 'one', shelf: 'gallery', prompt: 'one', parents: [], origin } as unknown as Picture

  it.each(each(acts.filter(isOn('images'))))('does "%s": %s', (_label, keys, one) => {
    // Only Flux 2 takes references.
    useWorkspace.setState({ family: 'flux-2' })
    const image: Picture = ['restore', 'delete'].includes(one.id) ? { ...kept, shelf: 'bin' } : kept
    const offered = actsFor([image])
    for (const place of one.where) expect(findAct(offered, eventOf(keys), place)?.id, place).toBe(one.id)
    for (const place of places.filter((other) => !one.where.includes(other)))
      expect(findAct([one], eventOf(keys), place), place).toBeUndefined()
  })
})

describe('a key of the list, for the view', () => {
  const views: readonly ViewAct[] = acts.filter(isOn('view'))

  it.each(each(views))('does "%s": %s', (_label, keys, one) => {
    for (const place of one.where) expect(findAct(views, eventOf(keys), place)?.id, place).toBe(one.id)
  })
})

describe('a key of the list, in the survey', () => {
  it.each(each(acts.filter(isOn('survey'))))('does "%s": %s', (_label, keys, one) => {
    const all = surveyActs.flatMap((other) => other.keys.map((own) => [own, other] as const))
    expect(findShortcut(all, eventOf(keys))?.id).toBe(one.id)
  })
})

describe('a key of the list, for a part of the page', () => {
  const own = acts.filter(isOn('app'))

  function Bound({ those, done }: { those: readonly AppAct[]; done: string[] }) {
    return (
      <>
        {those.map((one) => (
          <Binder key={one.id} one={one} done={done} />
        ))}
        {places.map((place) => (
          <section key={place} aria-label={place} data-place={place} tabIndex={-1} />
        ))}
      </>
    )
  }
  function Binder({ one, done }: { one: AppAct; done: string[] }) {
    useActKey(one, () => done.push(one.id))
    return null
  }

  it.each(each(own))('does "%s" and nothing else: %s', (_label, keys, one) => {
    const done: string[] = []
    const beside = own.filter(({ during }) => during === one.during)
    render(<Bound those={beside} done={done} />)
    const where = one.where === 'anywhere' ? places : one.where
    for (const place of where) {
      act(() => screen.getByRole('region', { name: place }).focus())
      fireEvent.keyDown(document.activeElement ?? document.body, toPress(keys))
      expect(done.splice(0), place).toEqual([one.id])
    }
  })
})

it.each(places)('a key belongs to one act in the %s, whatever is open', (place) => {
  // In the bin there is Restore and Delete instead.
  const kept = acts.filter(({ id }) => !['restore', 'delete'].includes(id))
  const here = kept.filter(({ where }) => where === 'anywhere' || where.includes(place))
  const situationOf = (one: Act) => ('during' in one ? one.during : undefined)
  for (const situation of new Set(here.map(situationOf))) {
    const keys = here.filter((one) => situationOf(one) === situation).flatMap((one) => one.keys)
    expect(new Set(keys).size, situation).toBe(keys.length)
  }
})

it('the keys on the empty stage are those of the list', () => {
  const { container } = render(<StageStart />)
  const shown = [...container.querySelectorAll('kbd')].map((key) => key.textContent)
  const known = acts.flatMap(({ keys }) => keys.map(describeShortcut))
  expect(shown.length).toBeGreaterThan(0)
  expect(known).toEqual(expect.arrayContaining(shown))
})

describe('square brackets', () => {
  const find = (keys: string, event: KeyboardEventInit) =>
    findShortcut([[keys, 'found']], new KeyboardEvent('keydown', { ...event, bubbles: true }))

  it.each([
    ['[', { key: 'х', code: 'BracketLeft' }],
    [']', { key: 'ъ', code: 'BracketRight' }],
    [']', { key: 'ї', code: 'BracketRight' }],
    ['[', { key: '[', code: 'Digit8', ctrlKey: true, altKey: true, modifierAltGraph: true }],
  ])('are found on keyboards that have a letter in their place: %s (E5)', (keys, event) => {
    expect(find(keys, event)).toBe('found')
  })

  it.each([
    ['German', { key: 'ü', code: 'BracketLeft' }],
    ['Cyrillic, another letter', { key: 'ж', code: 'Semicolon' }],
    ['Cyrillic, with Ctrl', { key: 'х', code: 'BracketLeft', ctrlKey: true }],
  ])('are not found for another key: %s', (_keyboard, event) => {
    expect(find('[', event)).toBeUndefined()
  })
})
