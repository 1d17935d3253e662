import type { PixelSize } from '#imaging/edit/raster.ts'

export const papers = ['a4', 'letter', 'screen'] as const
export type Paper = (typeof papers)[number]

export interface SheetSettings {
  kind: 'pdf' | 'png'
  paper: Paper
  columns: number
  captions: 'number' | 'prompt' | 'none'
  title: string
}

export interface PageSettings {
  title: string
  /** Pixels of the longest side of an image in the file. */
  mostSide: number
  showsPrompts: boolean
}

export const mostColumns = 8

/** Size of a page in pixels and in points (1/72 inch). Paper sizes are drawn at 200 dpi. */
export const paperSizes: Readonly<Record<Paper, { label: string; pixels: PixelSize; points: PixelSize }>> = {
  a4: { label: 'A4', pixels: { width: 1654, height: 2339 }, points: { width: 595.28, height: 841.89 } },
  letter: { label: 'Letter', pixels: { width: 1700, height: 2200 }, points: { width: 612, height: 792 } },
  screen: { label: '16:9', pixels: { width: 2560, height: 1440 }, points: { width: 960, height: 540 } },
}
