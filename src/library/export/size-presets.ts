/** A common size. */
export interface SizePreset {
  group: 'Social' | 'Screen' | 'Print, 300 dpi'
  label: string
  width: number
  height: number
  /** Fractions of the sides that may be covered by an app or cut off in print: top, right, bottom, left. */
  covered?: readonly [number, number, number, number]
}

/** Pixels of a length in millimetres at 300 dpi. */
const print = (millimetres: number) => Math.round((millimetres / 25.4) * 300)
/** The 5 mm at the edge that may be cut off in print. */
const trim = (width: number, height: number) => [5 / height, 5 / width, 5 / height, 5 / width] as const

export const sizePresets: readonly SizePreset[] = [
  { group: 'Social', label: 'Square post', width: 1080, height: 1080 },
  { group: 'Social', label: 'Portrait post', width: 1080, height: 1350 },
  { group: 'Social', label: 'Story', width: 1080, height: 1920, covered: [0.13, 0.06, 0.18, 0.06] },
  { group: 'Social', label: 'Link preview', width: 1200, height: 630 },
  { group: 'Screen', label: 'Video thumbnail', width: 1280, height: 720 },
  { group: 'Screen', label: 'Full HD', width: 1920, height: 1080 },
  { group: 'Screen', label: '4K', width: 3840, height: 2160 },
  { group: 'Print, 300 dpi', label: 'A6', width: print(105), height: print(148), covered: trim(105, 148) },
  { group: 'Print, 300 dpi', label: 'A5', width: print(148), height: print(210), covered: trim(148, 210) },
  { group: 'Print, 300 dpi', label: 'A4', width: print(210), height: print(297), covered: trim(210, 297) },
]
