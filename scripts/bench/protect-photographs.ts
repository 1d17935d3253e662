import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import type { PixelSize, Pixels } from '#imaging/edit/raster.ts'
import { madeScene } from '../../tests/support/made-scene.ts'

/** Fifteen camera photographs under CC BY-SA, from Debian; not those on which the constants were found. */
const debianPackage = 'lomiri-wallpapers-16.04'
const folder = fileURLToPath(new URL('../../node_modules/.cache/bench/photographs', import.meta.url))

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
    (await readdir(images)).filter((name) => name.endsWith('.jpg')).map((name) => `${images}/${name}`)
  const found = await list().catch(() => [])
  if (found.length > 0) return found.sort()
  await mkdir(folder, { recursive: true })
  await run('apt-get', ['download', debianPackage], { cwd: folder })
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'))
  if (archive) await run('dpkg-deb', ['-x', archive, '.'], { cwd: folder })
  return (await list()).sort()
}

function photographOf(path: string): Photograph {
  const sized = (size: PixelSize) => toSize(sharp(path).rotate(), size)
  return {
    name: path.split('/').at(-1) ?? path,
    sized,
    async at(pixels) {
      const { autoOrient } = await sharp(path).metadata()
      const scale = Math.sqrt(pixels / (autoOrient.width * autoOrient.height))
      return sized({ width: Math.round(autoOrient.width * scale), height: Math.round(autoOrient.height * scale) })
    },
  }
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
