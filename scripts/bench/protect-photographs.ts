import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import type { PixelSize, Pixels } from '#imaging/edit/raster.ts'
import { madeScene } from '../../tests/support/made-scene.ts'

/**
 * Fifteen camera photographs under CC BY-SA, from Debian; not those on which the constants were found, which are in
 * `mate-backgrounds` and can be named here.
 */
const debianPackage = process.env.BENCH_PHOTOGRAPHS ?? 'lomiri-wallpapers-16.04'
const folder = fileURLToPath(new URL(`../../node_modules/.cache/bench/${debianPackage}`, import.meta.url))

export interface Photograph {
  name: string
  /** At about that many pixels, resized by a different program than ours. */
  at(pixels: number): Promise<Pixels>
  /** At exactly that size. */
  sized(size: PixelSize): Promise<Pixels>
}

/** Camera photographs if Debian's packages can be downloaded, otherwise rendered scenes. */
export async function loadPhotographs(): Promise<{ photographs: Photograph[]; kind: string }> {
  const files = await fetchFiles().catch(() => [])
  if (files.length > 0)
    return { photographs: files.map(photographOf), kind: `${files.length} camera photographs (${debianPackage})` }
  const scenes = Array.from({ length: 8 }, (_, seed): Photograph => {
    const size = (pixels: number) => ({
      width: Math.round(Math.sqrt(pixels * 1.5)),
      height: Math.round(Math.sqrt(pixels / 1.5)),
    })
    const scene = madeScene(1500, 1000, seed + 1)
    const sized = (wanted: PixelSize) =>
      toSize(sharp(scene.data, { raw: { width: 1500, height: 1000, channels: 4 } }), wanted)
    return { name: `made scene ${seed + 1}`, at: (pixels) => sized(size(pixels)), sized }
  })
  return { photographs: scenes, kind: '8 made scenes: no Debian packages here' }
}

async function fetchFiles(): Promise<string[]> {
  const run = promisify(execFile)
  const images = `${folder}/usr/share/backgrounds`
  const list = async () =>
    (await readdir(images, { recursive: true }))
      .filter((name) => name.endsWith('.jpg'))
      .map((name) => `${images}/${name}`)
  const found = await list().catch(() => [])
  if (found.length > 0) return found.sort()
  await mkdir(folder, { recursive: true })
  await run('apt-get', ['download', debianPackage], { cwd: folder })
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'))
  if (archive) await run('dpkg-deb', ['-x', archive, '.'], { cwd: folder })
  return (await list()).sort()
}

/**
 * Sides are cut to whole multiples of 16, and nothing is enlarged: with other sides the program that resizes moves the
 * image by fractions of a pixel, which would be measured as ours.
 */
function photographOf(path: string): Photograph {
  const measured = sharp(path)
    .metadata()
    .then(({ autoOrient }) => ({ width: whole(autoOrient.width), height: whole(autoOrient.height) }))
  const sized = async (size: PixelSize) => {
    const { width, height } = await measured
    return toSize(sharp(path).rotate().extract({ left: 0, top: 0, width, height }), size)
  }
  return {
    name: path.split('/').at(-1) ?? path,
    sized,
    async at(pixels) {
      const { width, height } = await measured
      const scale = Math.min(1, Math.sqrt(pixels / (width * height)))
      return sized({ width: Math.round(width * scale), height: Math.round(height * scale) })
    },
  }
}

function whole(side: number): number {
  return side - (side % 16)
}

async function toSize(image: Sharp, { width, height }: PixelSize): Promise<Pixels> {
  const data = await image.resize(width, height, { fit: 'fill', kernel: 'lanczos3' }).ensureAlpha().raw().toBuffer()
  return { data: new Uint8Array(data), width, height }
}

/** The size at which a model answers: about a million pixels, sides are multiples of 16. */
export function answerSize({ width, height }: PixelSize, pixels: number): PixelSize {
  const scale = Math.sqrt(pixels / (width * height))
  return { width: Math.round((width * scale) / 16) * 16, height: Math.round((height * scale) / 16) * 16 }
}
