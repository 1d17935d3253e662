import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { createNodePainter } from '#simulator/painter/node-painter.ts'
import { sampleList } from '#store/sample-list.ts'

/** Paints the images of src/store/sample-list.ts into public/samples: always the same ones. */
const mostBytes = 90 * 1024
/** Painted larger than stored, because a reduced image is sharper. */
const oversize = 1.5

const painter = createNodePainter({ seed: 1, mark: false, grain: 3 })
const painted: Uint8Array[] = []

for (const { file, prompt, parent, width, height } of sampleList) {
  const wish = { prompt, format: 'png', variation: 0 } as const
  const size = { width: Math.round(width * oversize), height: Math.round(height * oversize) }
  const source = parent === undefined ? undefined : painted[parent]
  const picture = source ? await painter.edit(wish, [source], size) : await painter.create(wish, size)
  painted.push(picture)
  const target = path.join('public', file)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, await encode(picture, width, height))
}

/** The best quality that keeps the file small. */
async function encode(picture: Uint8Array, width: number, height: number): Promise<Buffer> {
  const small = sharp(picture).resize(width, height)
  for (let quality = 90; ; quality -= 4) {
    const bytes = await small.clone().jpeg({ quality, mozjpeg: true }).toBuffer()
    if (bytes.byteLength <= mostBytes || quality < 50) return bytes
  }
}
