import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { regionOf } from '#domain/area-box.ts'
import type { PictureId } from '#domain/ids.ts'
import { fluxKontext } from '#models/flux-kontext.ts'
import { type Deviations, noDeviations, usualDeviations } from '#simulator/painter/deviations.ts'
import { createNodePainter } from '#simulator/painter/node-painter.ts'
import { editOf, sampleList, sampleVariants } from '#store/sample-list.ts'

/** Paints the images of src/store/sample-list.ts into public/samples: always the same ones. */
const mostBytes = 90 * 1024
/** Painted larger than stored, because a reduced image is sharper. */
const oversize = 1.5

const painter = createNodePainter({ seed: 1, mark: false, grain: 3 })
const painted: Uint8Array[] = []

for (const { file, prompt, parent, width, height } of sampleList) {
  const wish = { prompt, format: 'png', variation: 0, deviations: noDeviations } as const
  const size = { width: Math.round(width * oversize), height: Math.round(height * oversize) }
  const source = parent === undefined ? undefined : painted[parent]
  const picture = source ? await painter.edit(wish, [source], size) : await painter.create(wish, size)
  painted.push(picture)
  const target = path.join('public', file)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, await encode(picture, width, height))
}

/** The usual faults of a model: it moves and tints the whole image, and one variant changes other places too. */
const answers: readonly { variation: number; deviations: Deviations }[] = [
  { variation: 4, deviations: { ...usualDeviations, shift: [-3, 2], zoom: 1.008 } },
  { variation: 3, deviations: { ...usualDeviations, shift: [6, -4], drift: 'even', spill: true } },
]
for (const [index, sample] of sampleVariants.entries()) {
  const { file, draft, parent = 0, width, height } = sample
  const source = painted[parent]
  const answer = answers[index]
  if (!source || !answer) throw new Error(`${file} has no source.`)
  const region = regionOf(editOf(sample, 'source' as PictureId))
  const { prompt } = fluxKontext.toBody(draft, ['source'], region) as { prompt: string }
  const wish = { prompt, format: 'png', ...answer } as const
  const size = { width: width * oversize, height: height * oversize }
  await writeFile(path.join('public', file), await encode(await painter.edit(wish, [source], size), width, height))
}

/** The best quality that keeps the file small. */
async function encode(picture: Uint8Array, width: number, height: number): Promise<Buffer> {
  const small = sharp(picture).resize(width, height)
  for (let quality = 90; ; quality -= 4) {
    const bytes = await small.clone().jpeg({ quality, mozjpeg: true }).toBuffer()
    if (bytes.byteLength <= mostBytes || quality < 50) return bytes
  }
}
