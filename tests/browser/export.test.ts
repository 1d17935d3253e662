import { expect, test } from 'vitest'
import { crc32 } from '#imaging/container/crc32.ts'
import { exportImage } from '#imaging/export/export-image.ts'
import type { ExportJob } from '#imaging/export/make-export.ts'
import { hasContentCredentials } from '#imaging/metadata/content-credentials.ts'
import { readMetadata } from '#imaging/metadata/read-metadata.ts'
import { sha256Of } from '#imaging/sha256.ts'

const never = new AbortController().signal

async function image(type: string, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  context.fillStyle = '#c04020'
  context.fillRect(0, 0, width, height)
  context.fillStyle = '#2040c0'
  context.fillRect(width / 2, 0, width / 2, height)
  return canvas.convertToBlob({ type, quality: 0.95 })
}

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())
const metadata = { width: 0, height: 0, digitalSource: 'trainedAlgorithmicMedia', prompt: 'a fox' } as const

async function make(job: Partial<ExportJob> & Pick<ExportJob, 'file'>) {
  const { bytes, isSigned } = await exportImage(
    { format: 'image/png', quality: 90, withoutRecipe: false, isImported: false, ...job },
    never,
  )
  const bitmap = await createImageBitmap(bytes)
  return { bytes, isSigned, size: [bitmap.width, bitmap.height], found: await readMetadata(await bytesOf(bytes)) }
}

test.each(['image/png', 'image/jpeg', 'image/webp'] as const)(
  'an image at an exact size as %s, with what it was made of',
  async (format) => {
    const file = await image('image/png', 400, 300)
    const size = { target: { width: 128, height: 128 }, box: [50, 0, 300, 300] as const }
    const made = await make({ file, size: { target: size.target, box: [...size.box] }, format, metadata })
    expect(made.bytes.type).toBe(format)
    expect(made.size).toEqual([128, 128])
    expect(made.found.recipe).toMatchObject({ program: 'Atelier', prompt: 'a fox' })
    expect(new TextDecoder('latin1').decode(await bytesOf(made.bytes))).toContain('trainedAlgorithmicMedia')
  },
)

test('at its own size and format every pixel byte stays, and a file of the user stays whole', async () => {
  const file = await image('image/jpeg', 40, 30)
  for (const about of [{}, { metadata }]) {
    const own = await make({ file, format: 'image/jpeg', isImported: true, ...about })
    expect(await bytesOf(own.bytes)).toEqual(await bytesOf(file))
  }
  const marked = await make({ file, format: 'image/jpeg', metadata })
  const tail = async (blob: Blob) => [...(await bytesOf(blob)).slice(-200)]
  expect(await tail(marked.bytes)).toEqual(await tail(file))
})

test('for clients a file that tells its recipe is made anew without it', async () => {
  const told = (await make({ file: await image('image/png', 40, 30), metadata })).bytes
  const source = { width: 40, height: 30, digitalSource: 'trainedAlgorithmicMedia' } as const
  const clean = await make({ file: told, withoutRecipe: true, isImported: true, metadata: source })
  expect(clean.found.recipe).toBeUndefined()
  expect(new TextDecoder('latin1').decode(await bytesOf(clean.bytes))).toContain('trainedAlgorithmicMedia')
  expect(clean.size).toEqual([40, 30])
})

test('a signed file stays byte for byte, and loses its signature only by another size or format', async () => {
  const plain = await bytesOf(await image('image/png', 40, 30))
  const body = new TextEncoder().encode('caBXjumb')
  const chunk = new Uint8Array(16)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, 4)
  chunk.set(body, 4)
  view.setUint32(12, crc32(chunk.subarray(4, 12)))
  const file = new Blob([plain.slice(0, 33), chunk, plain.slice(33)], { type: 'image/png' })
  expect(hasContentCredentials(await bytesOf(file))).toBe(true)
  const kept = await make({ file, metadata })
  expect(kept.isSigned).toBe(true)
  expect(await sha256Of(await bytesOf(kept.bytes))).toBe(await sha256Of(await bytesOf(file)))
  const changed = await make({ file, format: 'image/webp', metadata })
  expect(changed.isSigned).toBe(false)
  expect(changed.found.contentCredentials).toBe(false)
})

test('an image that cannot be read is answered in a sentence', async () => {
  const torn = new Blob([(await bytesOf(await image('image/png', 40, 30))).slice(0, 50)], { type: 'image/png' })
  await expect(make({ file: torn, format: 'image/jpeg' })).rejects.toThrow('This browser cannot read the image.')
})
