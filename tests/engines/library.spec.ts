import { writeFile } from 'node:fs/promises'
import type { TestInfo } from '@playwright/test'
import { at, attributeOf, savedOf, textOf } from './atelier.ts'
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
  await expectText(door, settings, `${count} new, 0 known. Restored`)
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

/** Runs in the worker that saves images. For PNG originals the disk is full while the front answers this address with 503. */
function fillDisk() {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (...given: Parameters<typeof put>) {
    const [value] = given
    if (this.name === 'originals' && value.mime === 'image/png') {
      const disk = new XMLHttpRequest()
      disk.open('GET', '/engine-disk', false)
      disk.send()
      if (disk.status === 503) throw new DOMException('The disk is full.', 'QuotaExceededError')
    }
    return put.apply(this, given)
  }
}

/** Runs in the page. Its database cannot be opened. */
function failToOpen() {
  IDBFactory.prototype.open = () => {
    throw new DOMException('The database cannot be opened.', 'UnknownError')
  }
}

async function make(door: Door, prompt: string, format?: 'PNG' | 'JPEG') {
  if (format) await door.click(at.choice('Format', format))
  await door.fill(at.prompt, prompt)
  await door.click(at.submit)
}

const expectSaved = (door: Door, prompt: string) => expect.poll(() => savedOf(door, prompt), often).toBe(1)

test('J8 wide and on a phone: what cannot be fetched or saved at first is saved later, paid once; without a database it stays until the page is closed', async ({
  door,
  live,
}) => {
  live.front.prepend(/\/assets\/picture-worker-/, fillDisk)
  await door.open(live.front.url)
  for (const size of sizes) {
    await changeSize(door, size)
    const [large, expired] = [`A mountain, ${size}`, `A harbour, ${size} [[expired]]`]
    const fetchFault = live.front.fail(/^\/api\/image/, 1)
    const fullDisk = live.front.fail(/^\/engine-disk/, Number.POSITIVE_INFINITY)
    await show(door, size, 'Create')
    await make(door, large, 'PNG')
    await make(door, expired, 'JPEG')
    await show(door, size, 'Gallery')
    await expectText(door, at.image(large), /could not be saved in this browser: the browser has no room left/)
    await expectSaved(door, expired)
    expect(await savedOf(door, large)).toBe(0)
    expect(fetchFault.failed()).toBe(1)
    expect(fullDisk.failed()).toBeGreaterThan(0)
    fullDisk.stop()
    await door.click(buttonIn(at.image(large), 'Save again'))
    await expectSaved(door, large)
  }

  await show(door, 'phone', 'Create')
  live.front.prepend(/\/engine-door/, failToOpen)
  await door.reload()
  for (const size of sizes) {
    await changeSize(door, size)
    await expectText(door, { role: 'alert' }, "Work can't be saved here. Download before closing.")
    await show(door, size, 'Create')
    await make(door, `Only for now, ${size}`)
    await show(door, size, 'Gallery')
    await expectSaved(door, `Only for now, ${size}`)
  }
  expect((await live.service.simulator.state()).charges).toHaveLength(6)
})
