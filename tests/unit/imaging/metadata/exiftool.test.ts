import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import type { ImageMetadata } from '#imaging/metadata/image-metadata.ts'
import { writeMetadata } from '#imaging/metadata/write-metadata.ts'

/** Reads our files with exiftool, which is not a dependency of this project: if it is missing, the test says so. */
const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0

const about: ImageMetadata = {
  width: 24,
  height: 16,
  digitalSource: 'compositeWithTrainedAlgorithmicMedia',
  prompt: 'ein Fuchs im Schnee & "Licht" <3, в лесу, 狐, 🦊',
  model: 'Flux 2 Pro',
  rating: 4,
  tags: ['hero', 'Café'],
  recipe: JSON.stringify({ family: 'flux-2', draft: { prompt: 'a & b' } }),
}
const parameters = `${about.prompt}\nSize: 24x16, Model: Flux 2 Pro, Version: Atelier`
const digitalSource = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia'

function readByExiftool(bytes: Uint8Array, ending: string): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-exiftool-'))
  try {
    const file = join(folder, `image.${ending}`)
    writeFileSync(file, bytes)
    const text = execFileSync('exiftool', ['-json', '-G1', '-n', file], {
      encoding: 'utf8',
    })
    return JSON.parse(text)[0]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function plain(format: 'png' | 'jpeg' | 'webp'): Promise<Uint8Array> {
  const create = { width: 24, height: 16, channels: 3, background: '#c04020' } as const
  return new Uint8Array(await sharp({ create }).withIccProfile('srgb').toFormat(format).toBuffer())
}

it.each(['png', 'jpeg', 'webp'] as const)(
  'exiftool reads all that is written into a %s, and finds nothing wrong',
  async (format) => {
    if (!hasExiftool)
      return expect(hasExiftool, 'exiftool is not installed: what it would read is not checked').toBe(false)
    const found = readByExiftool(writeMetadata(await plain(format), `image/${format}`, about), format)
    expect(found).toMatchObject({
      'XMP-dc:Description': about.prompt,
      'XMP-dc:Subject': about.tags,
      'XMP-xmp:Rating': 4,
      'XMP-xmp:CreatorTool': 'Atelier',
      'XMP-iptcExt:DigitalSourceType': digitalSource,
    })
    if (format === 'png') expect(found['PNG:Parameters']).toBe(parameters)
    else expect(found).toMatchObject({ 'ExifIFD:UserComment': parameters, 'IFD0:Software': 'Atelier' })
    expect([found['ExifTool:Warning'], found['ExifTool:Error']]).toEqual([undefined, undefined])
  },
)

it.each(['png', 'jpeg', 'webp'] as const)(
  'exiftool finds no prompt and no recipe in a %s for clients',
  async (format) => {
    if (!hasExiftool)
      return expect(hasExiftool, 'exiftool is not installed: what it would read is not checked').toBe(false)
    const bytes = writeMetadata(await plain(format), `image/${format}`, {
      width: 24,
      height: 16,
      digitalSource: 'trainedAlgorithmicMedia',
    })
    const found = readByExiftool(bytes, format)
    expect(found['XMP-iptcExt:DigitalSourceType']).toBe(digitalSource.replace('compositeWithT', 't'))
    const told = JSON.stringify(found)
    for (const word of ['Fuchs', 'Flux', 'recipe', 'Parameters', 'UserComment']) expect(told).not.toContain(word)
  },
)
