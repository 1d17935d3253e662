import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { ExportSettings } from '#library/export/export-plan.ts'
import { keptValues } from '#workspace/kept-values.ts'

const key = 'atelier-export'
const kept = keptValues(() => globalThis.localStorage)

/** The last choice of names, format and contents of the file; never of a size, which depends on the images. */
export function keptExportSettings(images: NonEmpty<Picture>, fallback: ExportSettings): ExportSettings {
  const single = images.length === 1 ? { pattern: '{prompt}-{w}x{h}' } : {}
  const value = kept.read(key)
  if (value === null || typeof value !== 'object') return { ...fallback, ...single }
  const { pattern, project, quality, recipe } = value as Partial<Record<keyof ExportSettings, unknown>>
  return {
    ...fallback,
    ...single,
    ...(typeof pattern === 'string' && pattern !== '' ? { pattern } : {}),
    ...(typeof project === 'string' ? { project } : {}),
    ...(typeof quality === 'number' && quality >= 40 && quality <= 100 ? { quality } : {}),
    ...(typeof recipe === 'boolean' ? { recipe } : {}),
  }
}

export function keepExportSettings({ pattern, project, quality, recipe }: ExportSettings): void {
  const isUsual = /^\{prompt\}-(\{nn\}-)?\{w\}x\{h\}$/.test(pattern)
  kept.write(key, { ...(isUsual ? {} : { pattern }), project, quality, recipe })
}
