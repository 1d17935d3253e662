import { writeFile } from 'node:fs/promises'
import { at, attributeOf, countOf, savedOf, textOf } from './atelier.ts'
import type { Query } from './door.ts'
import { expect, test } from './fixtures.ts'
import { changeSize, show, sizes } from './sizes.ts'

const settings: Query = { role: 'dialog', name: 'Settings' }
const search: Query = { role: 'searchbox', name: 'Search images' }
const bar: Query = { role: 'toolbar', name: 'Selection' }

test('J7 images are found, collected, moved to the bin and back by keys, backed up and restored', async ({
  door,
  simulated,
}, testInfo) => {
  const count = 9
  await door.open(`${simulated.front.url}/?samples=${count}`)
  await expect.poll(() => countOf(door, at.cells)).toBe(count)
  const first = (await attributeOf(door, at.cells, 'aria-label')) ?? ''
  const word = /[a-z]{5,}/i.exec(first)?.[0] ?? ''
  await door.fill(search, word)
  await expect.poll(() => textOf(door, at.gallery)).toMatch(/\d images? found/)
  await door.fill(search, `${word} zzzz`)
  await expect.poll(() => textOf(door, at.gallery)).toContain('No images found')
  await door.press('Escape')
  await expect.poll(() => countOf(door, at.cells)).toBe(count)

  await door.focus({ role: 'gridcell', name: first, within: at.grid })
  await door.press('Shift+ArrowRight')
  await door.press('Shift+ArrowRight')
  await expect.poll(() => textOf(door, bar)).toContain('3 selected')
  await door.press('l')
  await door.fill({ role: 'textbox', name: 'New collection' }, 'Posters')
  await door.press('Enter')
  await expect.poll(() => countOf(door, { role: 'checkbox', name: /^Posters/ })).toBe(1)
  await door.press('Escape')
  await door.press('x')
  await expect.poll(() => countOf(door, at.cells)).toBe(count - 3)
  await door.press('Control+z')
  await expect.poll(() => countOf(door, at.cells)).toBe(count)

  await door.click({ role: 'button', name: /^Settings/ })
  const { name, bytes } = await door.download(() => door.click({ role: 'button', name: 'Back up everything' }))
  expect(name).toMatch(/^atelier-backup-.*\.zip$/)
  const path = testInfo.outputPath(name)
  await writeFile(path, bytes)
  await expect.poll(() => textOf(door, settings)).toContain('Last backup today')
  await door.give({ role: 'file', name: 'Restore a backup' }, [{ name, type: 'application/zip', path }])
  await expect.poll(() => textOf(door, settings)).toContain(`0 new, ${count} known Everything was here already.`)
})

test('J8 wide and on a phone: an image that cannot be fetched at first is fetched again, and paid once', async ({
  door,
  live,
}) => {
  await door.open(live.front.url)
  for (const size of sizes) {
    await changeSize(door, size)
    await show(door, size, 'Create')
    const prompt = size === 'wide' ? 'A bridge in the rain' : 'A harbour in the fog'
    const fault = live.front.fail(/^\/api\/image/, 1)
    await door.fill(at.prompt, prompt)
    await door.click(at.submit)
    await show(door, size, 'Gallery')
    await expect.poll(fault.failed).toBe(1)
    expect(await countOf(door, { role: 'gridcell', name: /failed/i, within: at.grid })).toBe(0)
    await expect.poll(() => savedOf(door, prompt)).toBe(1)
  }
  expect((await live.service.simulator.state()).charges).toHaveLength(2)
})
