import { createPagePainter } from '#simulator/painter/page-painter.ts'
import { describePainter } from '../support/painter-rules.ts'

describePainter(createPagePainter, async (bytes) => {
  const picture = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]))
  const { width, height } = picture
  const context = new OffscreenCanvas(width, height).getContext('2d')
  if (!context) throw new Error('no canvas')
  context.drawImage(picture, 0, 0)
  return context.getImageData(0, 0, width, height)
})
