import { at, fieldOf, savedOf } from './atelier.ts'
import type { Door } from './door.ts'
import { expectCount, often } from './expect-count.ts'
import { expect, test } from './fixtures.ts'
import { type Size, sizes, sizesPx } from './sizes.ts'

/** Selectors, because a role and a name for each of many presses would take seconds. */
const field = 'section[aria-label=Create] textarea'
const tile = (prompt: string) => `[role=gridcell][aria-label^="${prompt}"]`

/**
 * Presses Tab until the focus is on the element; it has to be visible on all elements before it. The way must not lead
 * past an end of the page, where the focus goes to the browser.
 */
async function tabTo(door: Door, selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  const passed: string[] = []
  for (let n = 0; n < 60; n += 1) {
    const { isThere, isShown, name } = await door.evaluate(describeFocus, selector)
    if (isThere) return
    passed.push(name)
    if (n > 0) expect(isShown, `The focus is not visible on ${name}.`).toBe(true)
    await door.press(key)
  }
  throw new Error(`${key} does not lead to ${selector}, but to ${passed.join(', ')}.`)
}

/**
 * Runs in the page. The ring is around the focused element, or around what draws it. That of a slider is around its thumb,
 * which no script can read.
 */
function describeFocus(selector: string) {
  const focused = document.activeElement
  const isRinged = (element: Element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
    return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none'
  }
  const drawn: Element[] = []
  for (let at = focused; at && drawn.length < 4; at = at.parentElement) drawn.push(at)
  return {
    isThere: focused?.matches(selector) === true,
    isShown: focused?.matches('input[type=range]') === true || drawn.some(isRinged),
    name: focused?.outerHTML.slice(0, 120) ?? 'nothing',
  }
}

/** On a phone, by the bar at the foot. */
async function go(door: Door, size: Size, view: 'Create' | 'Gallery') {
  if (size === 'wide') return
  await tabTo(door, `nav button:nth-last-child(${view === 'Gallery' ? 1 : 3})`)
  await door.press('Enter')
}

for (const size of sizes)
  test(`without a pointer, ${size}: an image is made, starred, tagged, binned and brought back`, async ({
    engine,
    live,
  }) => {
    const door = await engine.open({ width: sizesPx[size][0], height: sizesPx[size][1] })
    await door.open(live.front.url)
    // Until the form is there, the page ends with the header.
    await expectCount(door, at.submit, 1)
    const prompt = 'a keyboard made of stone'
    await go(door, size, 'Create')
    await tabTo(door, field, size === 'wide' ? 'Tab' : 'Shift+Tab')
    await door.type(prompt)
    await expect.poll(() => fieldOf(door, at.prompt)).toBe(prompt)
    await door.press('Control+Enter')
    await go(door, size, 'Gallery')
    await expect.poll(() => savedOf(door, prompt), often).toBe(1)
    await tabTo(door, tile(prompt), size === 'wide' ? 'Tab' : 'Shift+Tab')
    await door.press('s')
    await expectCount(door, { role: 'gridcell', name: new RegExp(`^${prompt}.*starred`) }, 1)
    await door.press('t')
    await expectCount(door, { role: 'dialog', name: 'Tags and note' }, 1)
    await door.press('Escape')
    await expectCount(door, { role: 'dialog' }, 0)
    expect(await door.evaluate(describeFocus, tile(prompt))).toMatchObject({ isThere: true, isShown: true })
    await door.press('x')
    await expectCount(door, at.image(prompt), 0)
    await door.press('Control+z')
    await expectCount(door, at.image(prompt), 1)
    expect((await live.service.simulator.state()).submissions).toHaveLength(1)
    await door.close()
  })
