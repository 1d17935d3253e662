import sharp from 'sharp'
import { createNodePainter } from '#simulator/painter/node-painter.ts'
import { describePainter } from '../../../support/painter-rules.ts'

describePainter(createNodePainter, async (bytes) => {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
})
