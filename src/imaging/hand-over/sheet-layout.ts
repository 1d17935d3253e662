import type { PixelSize } from '../edit/raster.ts'

export interface SheetPlan {
  /** Pixels of a page. */
  page: PixelSize
  columns: number
  /** Leaves room for a line of text under each image. */
  hasCaptions: boolean
  hasTitle: boolean
}

/** Where one image goes, in pixels of its page. */
export interface SheetCell {
  /** Index of the image. */
  index: number
  x: number
  y: number
  width: number
  height: number
}

/** Sizes relative to the width of the page, so that all paper sizes look alike. */
export function sheetMeasures({ page }: Pick<SheetPlan, 'page'>) {
  const unit = Math.min(page.width, page.height) / 100
  return { margin: 5 * unit, gap: 2 * unit, caption: 3.4 * unit, text: 1.7 * unit, title: 2.4 * unit, head: 6 * unit }
}

/** Largest ratio of height to width; a taller image is drawn narrower than its column. */
const tallest = 1.3

/**
 * Arranges images in columns of equal width, row by row, uncropped and in their own proportions, on as many pages as they
 * need. A page has at least one row.
 */
export function layOutSheet(images: readonly PixelSize[], plan: SheetPlan): SheetCell[][] {
  const { margin, gap, caption, head } = sheetMeasures(plan)
  const columns = Math.max(1, plan.columns)
  const width = (plan.page.width - 2 * margin - (columns - 1) * gap) / columns
  const below = plan.hasCaptions ? caption : 0
  const top = margin + (plan.hasTitle ? head : 0)
  const bottom = plan.page.height - margin
  const most = Math.min(width * tallest, bottom - top - below)
  const sized = images.map((image, index) => ({ index, ...fitted(image, width, most) }))
  const pages: SheetCell[][] = []
  let y = bottom
  for (let first = 0; first < sized.length; first += columns) {
    const row = sized.slice(first, first + columns)
    const height = Math.max(...row.map((image) => image.height))
    if (pages.length === 0 || y + height + below > bottom) {
      pages.push([])
      y = top
    }
    const cells = row.map((image, column) => ({
      ...image,
      x: margin + column * (width + gap) + (width - image.width) / 2,
      y: y + height - image.height,
    }))
    pages.at(-1)?.push(...cells)
    y += height + below + gap
  }
  return pages
}

function fitted(image: PixelSize, width: number, most: number): PixelSize {
  const height = (width * image.height) / image.width
  return height <= most ? { width, height } : { width: (most * image.width) / image.height, height: most }
}
