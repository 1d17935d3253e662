import { type Edit, type EditDocument, isPlainFrame, type SentCut } from './edit.ts'

/** Whether the model is asked for more image around the source. */
export function isExtended({ frame: { pad } }: EditDocument): boolean {
  return pad !== undefined
}

/**
 * How a source is drawn when it is sent; `undefined`: as it is. `isCopy`: for the copy with marks, `undefined` if the
 * marks are drawn on the image itself.
 */
export function cutOf(
  { document: { frame, marks }, rect, way, marks: drawn }: Edit,
  isCopy = false,
): SentCut | undefined {
  if (isCopy && drawn !== 'reference') return undefined
  const isDrawn = isCopy ? drawn === 'reference' : drawn === 'burnt'
  if (isPlainFrame(frame) && way === 'whole' && !isDrawn) return undefined
  return { frame, rect, marks: isDrawn ? marks : [] }
}
