import type { Size } from '#simulator/painter/painter.ts'

/** Exact pixels, or about this many in the shape of the first source. */
export type Frame = Size | { pixels: number }

type Table = Readonly<Record<string, readonly [width: number, height: number]>>

/** docs/services.md 2.7. */
const kontextSizes: Table = {
  '21:9': [1568, 672],
  '16:9': [1392, 752],
  '4:3': [1184, 880],
  '1:1': [1024, 1024],
  '3:4': [880, 1184],
  '9:16': [752, 1392],
  '16:21': [880, 1152],
}

/** docs/services.md 3.6. */
const jobSizes: Readonly<Record<string, Table>> = {
  '1K': {
    '1:1': [1024, 1024],
    '4:3': [1168, 880],
    '3:4': [880, 1168],
    '16:9': [1360, 768],
    '9:16': [768, 1360],
    '3:2': [1248, 832],
    '2:3': [832, 1248],
  },
  '2K': {
    '1:1': [2048, 2048],
    '4:3': [2352, 1760],
    '3:4': [1760, 2352],
    '16:9': [2720, 1536],
    '9:16': [1536, 2720],
    '3:2': [2496, 1664],
    '2:3': [1664, 2496],
  },
}

const million = 1024 * 1024

/** Without a ratio an edit keeps that of its input, and an image from words is 16:9. docs/services.md 10 row 6. */
export function kontextFrame(ratio: string | undefined, isEdit: boolean): Frame {
  if (ratio === undefined && isEdit) return { pixels: million }
  return sizeOf(kontextSizes, ratio ?? '16:9', million)
}

export function jobFrame(ratio = '1:1', resolution = '1K'): Frame {
  const pixels = resolution === '2K' ? 4 * million : million
  return ratio === 'auto' ? { pixels } : sizeOf(jobSizes[resolution] ?? {}, ratio, pixels)
}

/** The size of an edit whose first source has this size. */
export function sizeIn(frame: Frame, source: Size): Size {
  return 'pixels' in frame ? shaped(source.width / source.height, frame.pixels) : frame
}

function sizeOf(table: Table, ratio: string, pixels: number): Size {
  const known = Object.hasOwn(table, ratio) ? table[ratio] : undefined
  if (known) return { width: known[0], height: known[1] }
  const [across = 1, down = 1] = ratio.split(':').map(Number)
  return shaped(across > 0 && down > 0 ? across / down : 1, pixels)
}

/** Both sides are multiples of 16, as the models make them. */
function shaped(share: number, pixels: number): Size {
  const round = (side: number) => Math.max(64, Math.round(side / 16) * 16)
  return { width: round(Math.sqrt(pixels * share)), height: round(Math.sqrt(pixels / share)) }
}
