import { type Edit, type EditDocument, isPlainFrame, type SentCut } from './edit.ts'

/** Whether the model is asked for more image around the source. */
export function isExtended({ frame: { pad } }: EditDocument): boolean {
  return pad !== undefined
}

/** How the source's marks are sent: on the image itself, or on a copy that is one more image. */
export function cutOf(
  { document: { frame, marks }, rect, way, marks: drawn }: Edit,
  isCopy = false,
): SentCut | undefined {
  const isDrawn = isCopy ? drawn === 'reference' : drawn === 'burnt'
  if (isPlainFrame(frame) && way === 'whole' && !isDrawn) return undefined
  return { frame, rect, marks: isDrawn ? marks : [] }
}
