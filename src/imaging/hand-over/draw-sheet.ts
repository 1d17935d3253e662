import { openCanvas } from '../canvas.ts'
import type { PixelSize } from '../edit/raster.ts'
import { type SheetCell, sheetMeasures } from './sheet-layout.ts'

export interface SheetPage {
  page: PixelSize
  title: string
  /** "2 of 5"; empty where there is one page. */
  number: string
  cells: readonly (SheetCell & { image: Blob; caption: string })[]
  type: 'image/jpeg' | 'image/png'
}

/** Draws one page of a contact sheet, on white. An image that cannot be drawn leaves its frame empty. */
export async function drawSheet({ page, title, number, cells, type }: SheetPage): Promise<Blob> {
  const { margin, text, title: titleHeight } = sheetMeasures({ page })
  const { canvas, context } = openCanvas(page)
  context.fillStyle = '#fff'
  context.fillRect(0, 0, page.width, page.height)
  context.textBaseline = 'top'
  context.fillStyle = '#111'
  context.font = `600 ${titleHeight}px system-ui, sans-serif`
  const room = page.width - 2 * margin
  context.fillText(shortened(context, title, room * 0.8), margin, margin)
  context.font = `${text}px system-ui, sans-serif`
  context.fillStyle = '#666'
  context.textAlign = 'right'
  context.fillText(number, page.width - margin, margin + (titleHeight - text) / 2)
  context.textAlign = 'center'
  for (const cell of cells) {
    await drawImage(context, cell)
    context.fillStyle = '#444'
    const [x, y] = [cell.x + cell.width / 2, cell.y + cell.height + text * 0.5]
    if (cell.caption !== '') context.fillText(shortened(context, cell.caption, Math.max(cell.width, text * 8)), x, y)
  }
  const drawn = await canvas.convertToBlob({ type, quality: 0.9 })
  // Setting the size frees the canvas's memory at once instead of at the next garbage collection.
  canvas.width = 0
  return drawn
}

async function drawImage(
  context: OffscreenCanvasRenderingContext2D,
  { image, x, y, width, height }: SheetPage['cells'][number],
) {
  const bitmap = await createImageBitmap(image).catch(() => undefined)
  if (bitmap) {
    context.drawImage(bitmap, x, y, width, height)
    bitmap.close()
    return
  }
  context.strokeStyle = '#ccc'
  context.strokeRect(x, y, width, height)
}

/** The longest beginning of a text that fits, with "…" if it was cut. */
function shortened(context: OffscreenCanvasRenderingContext2D, given: string, width: number): string {
  const letters = [...given.replace(/\s+/g, ' ').trim()].slice(0, 300)
  const textOf = (count: number) =>
    count === letters.length ? letters.join('') : `${letters.slice(0, count).join('').trimEnd()}…`
  let [least, most] = [0, letters.length]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (context.measureText(textOf(middle)).width <= width) least = middle
    else most = middle - 1
  }
  return least === 0 && letters.length > 0 ? '' : textOf(least)
}
