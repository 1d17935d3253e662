import { initializeCanvas, readPsd } from 'ag-psd'
import { beforeAll, expect, it } from 'vitest'
import { rasteriseArea } from '#imaging/edit/area.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { psdOf } from '#imaging/hand-over/psd.ts'

function plain(width: number, height: number, colour: readonly number[]): Pixels {
  return { width, height, data: Uint8ClampedArray.from({ length: width * height * 4 }, (_, at) => colour[at % 4] ?? 0) }
}

beforeAll(() => {
  const noCanvas = () => {
    throw new Error('not needed')
  }
  // The library that reads PSD files allocates pixels with a canvas.
  const createImageData = (width: number, height: number) =>
    ({ width, height, data: new Uint8ClampedArray(width * height * 4) }) as ImageData
  initializeCanvas(noCanvas, createImageData)
})

it('a Photoshop file holds source, result and area, each where it belongs', () => {
  const [source, result] = [plain(20, 10, [200, 10, 10, 255]), plain(20, 10, [10, 10, 200, 255])]
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [5, 2, 8, 4] } }], source, 0)
  const small = plain(4, 4, [0, 200, 0, 255])
  const bytes = psdOf(
    { width: 20, height: 10 },
    [
      { name: 'Source', pixels: source, left: 0, top: 0 },
      { name: 'Füllung', pixels: small, left: 6, top: 3, isHidden: true },
      { name: 'Result', pixels: result, left: 0, top: 0, area },
    ],
    result,
    '<x:xmpmeta/>',
  )
  const read = readPsd(bytes, { useImageData: true, skipThumbnail: true })
  expect([read.width, read.height]).toEqual([20, 10])
  expect(read.imageResources?.xmpMetadata).toBe('<x:xmpmeta/>')
  expect([...(read.imageData?.data.slice(0, 4) ?? [])]).toEqual([10, 10, 200, 255])
  const layers = read.children ?? []
  expect(
    layers.map(({ name, left, top, right, bottom, hidden }) => ({ name, left, top, right, bottom, hidden })),
  ).toEqual([
    { name: 'Source', left: 0, top: 0, right: 20, bottom: 10, hidden: false },
    { name: 'Füllung', left: 6, top: 3, right: 10, bottom: 7, hidden: true },
    { name: 'Result', left: 0, top: 0, right: 20, bottom: 10, hidden: false },
  ])
  expect([...(layers[0]?.imageData?.data ?? [])]).toEqual([...source.data])
  const mask = layers[2]?.mask
  expect([mask?.left, mask?.top, mask?.right, mask?.bottom, mask?.defaultColor]).toEqual([5, 2, 13, 6, 0])
  expect([...(mask?.imageData?.data ?? [])].filter((_, at) => at % 4 === 0)).toEqual(Array(32).fill(255))
})
