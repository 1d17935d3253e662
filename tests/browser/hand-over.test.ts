import { initializeCanvas, readPsd } from 'ag-psd'
import { expect, test } from 'vitest'
import { emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { handOverWork } from '#imaging/hand-over/hand-over.ts'
import { layOutSheet } from '#imaging/hand-over/sheet-layout.ts'
import { readPicks } from '#library/hand-over/picks.ts'
import { picksPage } from '#library/hand-over/picks-page.ts'

const never = new AbortController().signal

async function image(width: number, height: number, colour: string, type = 'image/png'): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  context.fillStyle = colour
  context.fillRect(0, 0, width, height)
  return canvas.convertToBlob({ type, quality: 0.95 })
}

async function pixelOf(file: Blob, x: number, y: number): Promise<number[]> {
  const bitmap = await createImageBitmap(file)
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d') as OffscreenCanvasRenderingContext2D
  context.drawImage(bitmap, 0, 0)
  return [...context.getImageData(x, y, 1, 1).data.slice(0, 3)]
}

test('a page of a contact sheet shows each image in its place, on white', async () => {
  const page = { width: 800, height: 600 }
  const images = [await image(400, 300, '#c00000'), await image(300, 400, '#00c000')]
  const sizes = [
    { width: 400, height: 300 },
    { width: 300, height: 400 },
  ]
  const [cells = []] = layOutSheet(sizes, { page, columns: 2, hasCaptions: true, hasTitle: true })
  const shown = cells.map((cell) => ({
    ...cell,
    image: images[cell.index] ?? new Blob(),
    caption: 'Füchse 狐 '.repeat(40),
  }))
  const sheet = await handOverWork.drawSheet(
    { page, title: 'Spring', number: '', cells: shown, type: 'image/png' },
    never,
  )
  const middle = (index: number) => {
    const { x = 0, y = 0, width = 0, height = 0 } = cells[index] ?? {}
    return pixelOf(sheet, Math.round(x + width / 2), Math.round(y + height / 2))
  }
  expect(await middle(0)).toEqual([192, 0, 0])
  expect(await middle(1)).toEqual([0, 192, 0])
  expect(await pixelOf(sheet, 2, 2)).toEqual([255, 255, 255])
})

test('an image is made smaller for looking at, never larger, with its digital source', async () => {
  const file = await image(2000, 1000, '#3060c0')
  const metadata = { digitalSource: 'trainedAlgorithmicMedia' } as const
  const { bytes, size } = await handOverWork.shrink({ file, mostSide: 500, quality: 82, metadata }, never)
  expect([size, bytes.type]).toEqual([{ width: 500, height: 250 }, 'image/jpeg'])
  expect(await bytes.text()).toContain('digitalsourcetype/trainedAlgorithmicMedia<')
  const small = await handOverWork.shrink({ file: await image(20, 10, '#fff'), mostSide: 500, quality: 82 }, never)
  expect(small.size).toEqual({ width: 20, height: 10 })
})

test('a Photoshop file made in the worker is read by another program: source, result and area', async () => {
  const edit = {
    document: {
      ...emptyDocument('source' as PictureId),
      rim: 0,
      area: [{ op: 'add', shape: { kind: 'box', box: [10, 10, 20, 10] } }] as const,
    },
    way: 'whole',
    rect: [0, 0, 60, 40],
    sent: { width: 60, height: 40 },
    marks: 'none',
  } as const
  const [source, result] = [await image(60, 40, '#c00000'), await image(60, 40, '#0000c0')]
  const psd = await handOverWork.psdFrom({ result, source, edit, xmp: '<x:xmpmeta/>' }, never)
  initializeCanvas(
    () => document.createElement('canvas'),
    (width, height) => new ImageData(width, height),
  )
  const read = readPsd(await psd.arrayBuffer(), { useImageData: true })
  expect([read.width, read.height]).toEqual([60, 40])
  expect(read.children?.map(({ name }) => name)).toEqual(['Source', 'Result'])
  expect([...(read.children?.[0]?.imageData?.data.slice(0, 4) ?? [])]).toEqual([192, 0, 0, 255])
  expect(read.children?.[1]?.mask).toMatchObject({ left: 10, top: 10, right: 30, bottom: 20 })
})

test("a client's page works under its own policy, runs nothing of what it shows, and its picks can be read", async () => {
  const hostile = `"><img src=x onerror="parent.hacked=1"><script>parent.hacked=2</script>`
  async function* images() {
    for (const [index, name] of ['01', hostile, '03'].entries()) {
      const jpeg = await image(40, 30, '#206040', 'image/jpeg')
      yield { id: `image-${index}`, name, caption: hostile, width: 40, height: 30, jpeg }
    }
  }
  const parts: string[] = []
  for await (const part of picksPage(images(), { title: hostile, sheet: 's-1', fileStem: 'spring' })) parts.push(part)
  const frame = document.createElement('iframe')
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/html' }))
  frame.src = url
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  document.body.append(frame)
  await loaded
  const inside = frame.contentDocument as Document
  const page = frame.contentWindow as Window & typeof globalThis
  try {
    expect([...inside.images].slice(0, 3).every((each) => each.naturalWidth === 40)).toBe(true)
    const saved: { name: string; bytes: Blob }[] = []
    let last = new Blob()
    page.URL.createObjectURL = (bytes) => {
      last = bytes as Blob
      return 'blob:x'
    }
    page.HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
      saved.push({ name: this.download, bytes: last })
    }
    const press = (selector: string) => inside.querySelector<HTMLElement>(selector)?.click()
    press('[aria-label="Pick image 2"]')
    const note = inside.querySelector<HTMLTextAreaElement>('[aria-label="Note on image 3"]')
    if (note) note.value = 'softer light'
    press('#save')
    expect(inside.querySelector('#count')?.textContent).toBe('1 of 3 picked')
    expect(saved[0]?.name).toBe('picks-spring.json')
    expect(await readPicks(saved[0]?.bytes ?? new Blob())).toEqual([
      { image: 'image-1', picked: true, note: '' },
      { image: 'image-2', picked: false, note: 'softer light' },
    ])
    expect((window as { hacked?: number }).hacked).toBeUndefined()
    expect(page.performance.getEntriesByType('resource').filter(({ name }) => !name.startsWith('data:'))).toEqual([])
  } finally {
    frame.remove()
    URL.revokeObjectURL(url)
  }
})
