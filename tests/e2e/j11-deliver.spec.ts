import { readFileSync } from 'node:fs'
import type { Download, Page } from '@playwright/test'
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import sharp from 'sharp'
import { expectNothingSerious } from '../support/accessibility.ts'
import { createOf, expect, galleryOf, stored, test } from './fixtures.ts'

async function openWithSamples(page: Page, url: string, count: number) {
  await page.goto(`${url}/?samples=${count}`)
  await expect(galleryOf(page).grid.getByRole('gridcell')).toHaveCount(count)
}

/** The files of an archive, without its index. */
async function imagesIn(archive: Buffer): Promise<{ name: string; bytes: Buffer }[]> {
  configure({ useWebWorkers: false })
  const images: { name: string; bytes: Buffer }[] = []
  for (const entry of await new ZipReader(new Uint8ArrayReader(archive)).getEntries()) {
    if (entry.directory || entry.filename === 'index.tsv') continue
    images.push({ name: entry.filename, bytes: Buffer.from(await entry.getData(new Uint8ArrayWriter())) })
  }
  return images
}

const bytesOf = async (download: Download) => readFileSync(await download.path())

test('J11 eight images are delivered at an exact size in six acts, with their marks of origin', async ({
  page,
  simulated,
}) => {
  await openWithSamples(page, simulated.url, 8)
  const dialog = page.getByRole('dialog', { name: 'Export' })
  const waiting = page.waitForEvent('download')
  const acts = [
    () => galleryOf(page).grid.getByRole('gridcell').first().click(),
    () => page.keyboard.press('ControlOrMeta+a'),
    () => page.keyboard.press('e'),
    () => dialog.getByRole('spinbutton', { name: 'Width' }).fill('640'),
    () => dialog.getByRole('spinbutton', { name: 'Height' }).fill('640'),
    () => dialog.getByRole('button', { name: 'Export 8 images' }).click(),
  ]
  for (const act of acts) await act()
  expect(acts.length).toBeLessThanOrEqual(6)
  const download = await waiting
  expect(download.suggestedFilename()).toBe('atelier-8-images.zip')
  const images = await imagesIn(await bytesOf(download))
  expect(images.map(({ name }) => /-640x640\.(jpg|png|webp)$/.test(name))).toEqual(Array(8).fill(true))
  for (const { bytes } of images) {
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 640, height: 640 })
    expect(bytes.toString('latin1')).toMatch(/digitalsourcetype\/(t|compositeWithT)rainedAlgorithmicMedia/)
  }
  await expect(dialog).toBeHidden()
})

test('J11 an image that is copied and pasted becomes a child of its original', async ({ page, context, simulated }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openWithSamples(page, simulated.url, 2)
  await galleryOf(page).grid.getByRole('gridcell').first().focus()
  await page.keyboard.press('ControlOrMeta+c')
  await expect(page.getByText('Copied', { exact: true })).toBeVisible()
  const { prompt, sources } = createOf(page)
  await prompt.focus()
  await page.keyboard.press('ControlOrMeta+v')
  await expect(sources.getByRole('img')).toHaveCount(1)
  const { pictures } = await stored(page)
  const on = (shelf: string) => pictures.filter((picture) => picture.shelf === shelf)
  const [newest] = on('gallery').sort((a, b) => Number(b.createdAt) - Number(a.createdAt))
  expect(on('sources')).toMatchObject([{ parents: [newest?.id] }])
  expect(on('sources')[0]?.sha256).not.toBe(newest?.sha256)
})

test('J11 everything is backed up, and comes back into an empty browser', async ({ page, simulated, browser }) => {
  await openWithSamples(page, simulated.url, 6)
  await page.getByRole('button', { name: /^Settings/ }).click()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Back up everything' }).click()
  const download = await waiting
  const archive = await bytesOf(download)
  expect(download.suggestedFilename()).toMatch(/^atelier-backup-\d{4}-\d\d-\d\d\.zip$/)
  const names = archive.toString('latin1')
  expect(names.lastIndexOf('manifest.json')).toBeGreaterThan(names.lastIndexOf('index.tsv'))
  await expect(page.getByText('Last backup today')).toBeVisible()

  const empty = await browser.newContext()
  const other = await empty.newPage()
  await other.goto(simulated.url)
  await other.getByRole('button', { name: /^Settings/ }).click()
  const file = { name: 'backup.zip', mimeType: 'application/zip', buffer: archive }
  await other.getByLabel('Restore a backup').setInputFiles(file)
  await expect(other.getByText('6 new, 0 known')).toBeVisible()
  await expect(other.getByText('Restored 6 images.')).toBeVisible()
  await other.keyboard.press('Escape')
  await expect(galleryOf(other).grid.getByRole('gridcell')).toHaveCount(6)
  await empty.close()
})

test('J11 a selection is handed over as a contact sheet, and each new image is copied to a folder', async ({
  page,
  simulated,
}) => {
  // Tests cannot use the folder picker, so it is replaced by one that returns a folder of the browser's own storage.
  await page.addInitScript(() => {
    Object.assign(globalThis, {
      showDirectoryPicker: async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle('Exports', { create: true }),
    })
  })
  await openWithSamples(page, simulated.url, 6)
  await galleryOf(page).grid.getByRole('gridcell').first().focus()
  await page.keyboard.press('ControlOrMeta+a')
  const bar = page.getByRole('toolbar', { name: 'Selection' })
  await bar.getByRole('button', { name: 'Export' }).click()
  await expect(page.getByRole('dialog', { name: 'Export' }).getByRole('button', { name: /^Export 6/ })).toBeVisible()
  await expectNothingSerious(page, 'dialog[open]')
  await page.keyboard.press('Escape')

  await bar.getByRole('button', { name: 'Hand over' }).click()
  const dialog = page.getByRole('dialog', { name: 'Hand over' })
  await dialog.getByRole('textbox', { name: 'Title' }).fill('Spring')
  await expectNothingSerious(page, 'dialog[open]')
  const waiting = page.waitForEvent('download')
  await dialog.getByRole('button', { name: /^Save file/ }).click()
  const download = await waiting
  expect(download.suggestedFilename()).toBe('spring.pdf')
  const pdf = (await bytesOf(download)).toString('latin1')
  expect(pdf).toMatch(/^%PDF-1\.7[\s\S]*\/Count 1 [\s\S]*%%EOF\n$/)
  await expect(dialog).toBeHidden()

  await page.getByRole('button', { name: /^Settings/ }).click()
  await page.getByRole('button', { name: 'Choose a folder' }).click()
  await expect(page.getByText('Each new image is copied to “Exports”.')).toBeVisible()
  const copied = await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('Exports')
    const months = await folder.getDirectoryHandle('images')
    let count = 0
    for await (const month of months.values())
      for await (const _ of (month as FileSystemDirectoryHandle).values()) count += 1
    return count
  })
  expect(copied).toBe(6)
  await expectNothingSerious(page, 'dialog[open]')
})
