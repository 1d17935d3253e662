import { writeFile } from 'node:fs/promises'
import type { TestInfo } from '@playwright/test'
import { at, attributeOf, countOf, savedOf, textOf } from './atelier.ts'
import { expectNothingSerious } from './axe.ts'
import type { Door, GivenFile, Query } from './door.ts'
import { expectCount, often } from './expect-count.ts'
import { expect, test } from './fixtures.ts'
import { changeSize, type Size, show, sizes } from './sizes.ts'

const settings: Query = { role: 'dialog', name: 'Settings' }
const search: Query = { role: 'searchbox', name: 'Search images' }
const bar: Query = { role: 'toolbar', name: 'Selection' }
const survey: Query = { role: 'dialog', name: 'Survey' }
const exporting: Query = { role: 'dialog', name: 'Export' }
const buttonIn = (within: Query, name: string | RegExp): Query => ({ role: 'button', name, within })

/** All of them are rendered in both sizes. */
const count = 5
const expectImages = (door: Door, wanted: number) => expectCount(door, at.cells, wanted)
const expectText = (door: Door, query: Query, text: string | RegExp) =>
  expect.poll(() => textOf(door, query), often).toMatch(text)

/** Selects the first images of the grid. */
async function selectFirst(door: Door, wanted: number) {
  const name = (await attributeOf(door, at.cells, 'aria-label')) ?? ''
  await door.focus({ role: 'gridcell', name, within: at.grid })
  for (let n = 1; n < wanted; n += 1) await door.press('Shift+ArrowRight')
  await expectText(door, bar, `${wanted} selected`)
}

async function findImages(door: Door) {
  await expectImages(door, count)
  const first = (await attributeOf(door, at.cells, 'aria-label')) ?? ''
  const word = /[a-z]{5,}/i.exec(first)?.[0] ?? ''
  await door.fill(search, word)
  await expectText(door, at.gallery, /\d images? found/)
  await expectNothingSerious(door, at.gallery)
  await door.fill(search, `${word} zzzz`)
  await expectText(door, at.gallery, 'No images found')
  await door.press('Escape')
  await expectImages(door, count)
}

async function collectAndBin(door: Door, collection: string) {
  await selectFirst(door, 3)
  await expectNothingSerious(door, at.gallery)
  await door.press('l')
  await door.fill({ role: 'textbox', name: 'New collection' }, collection)
  await door.press('Enter')
  await expectCount(door, { role: 'checkbox', name: new RegExp(`^${collection}`) }, 1)
  await door.press('Escape')
  await door.press('x')
  await expectImages(door, count - 3)
  await door.press('Control+z')
  await expectImages(door, count)
}

async function judge(door: Door) {
  await selectFirst(door, 3)
  await door.press('n')
  await expectText(door, survey, '1 of 3')
  await expectNothingSerious(door, survey)
  await door.press('x')
  await expectText(door, survey, '2 of 3')
  await door.press('5')
  await expectText(door, survey, '3 of 3')
  await door.press('ArrowRight')
  await expectText(door, survey, '2 kept, 1 rejected')
  await door.focus(buttonIn(survey, 'Move to bin'))
  await door.press('Enter')
  await expectImages(door, count - 1)
  await door.press('Control+z')
  await expectImages(door, count)
}

async function compare(door: Door, size: Size) {
  await selectFirst(door, 2)
  await door.click(buttonIn(bar, 'Compare'))
  await expectCount(door, { role: 'radiogroup', name: 'Compare by', within: at.stage }, 1)
  await expectNothingSerious(door, at.stage)
  await door.press('Escape')
  await show(door, size, 'Gallery')
}

async function exportSome(door: Door) {
  await selectFirst(door, 2)
  await door.press('e')
  await expectCount(door, buttonIn(exporting, 'Export 2 images'), 1)
  await expectNothingSerious(door, exporting)
  const { name, bytes } = await door.download(() => door.click(buttonIn(exporting, 'Export 2 images')))
  expect(name).toBe('atelier-2-images.zip')
  expect(bytes.toString('latin1')).toContain('index.tsv')
  await expectCount(door, exporting, 0)
}

/** The backup of everything, as a file that can be given back. */
async function backUp(door: Door, testInfo: TestInfo, size: Size): Promise<GivenFile> {
  await door.click({ role: 'button', name: /^Settings/ })
  const { name, bytes } = await door.download(() => door.click({ role: 'button', name: 'Back up everything' }))
  expect(name).toMatch(/^atelier-backup-.*\.zip$/)
  const path = testInfo.outputPath(`${size}.zip`)
  await writeFile(path, bytes)
  await expectText(door, settings, 'Last backup today')
  await door.press('Escape')
  return { name, type: 'application/zip', path }
}

async function deleteAll(door: Door) {
  await selectFirst(door, 2)
  await door.press('Control+a')
  await expectText(door, bar, `${count} selected`)
  await door.press('x')
  await expectImages(door, 0)
  await door.click(buttonIn(at.gallery, 'Bin'))
  await door.click(buttonIn(at.gallery, 'Empty bin'))
  await door.click(buttonIn({ role: 'dialog', name: 'Delete permanently?' }, 'Delete permanently'))
  await expectText(door, at.gallery, 'The bin is empty')
  await door.click(buttonIn(at.gallery, 'Bin'))
}

async function restore(door: Door, backup: GivenFile) {
  await door.click({ role: 'button', name: /^Settings/ })
  const files: Query = { role: 'file', name: 'Restore a backup' }
  await door.give(files, [backup])
  await expectText(door, settings, `${count} new, 0 known Restored`)
  await expect.poll(() => attributeOf(door, files, 'disabled'), often).toBe(null)
  await door.give(files, [backup])
  await expectText(door, settings, `0 new, ${count} known. Everything was here already.`)
  await door.press('Escape')
  await expectImages(door, count)
}

test('J7 wide and on a phone: images are found, collected, binned, judged, compared, exported, backed up and restored', async ({
  door,
  simulated,
}, testInfo) => {
  await door.open(`${simulated.front.url}/?samples=${count}`)
  for (const size of sizes) {
    await changeSize(door, size)
    await show(door, size, 'Gallery')
    await findImages(door)
    await collectAndBin(door, `Posters ${size}`)
    await judge(door)
    await compare(door, size)
    await exportSome(door)
    const backup = await backUp(door, testInfo, size)
    await deleteAll(door)
    await restore(door, backup)
  }
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
