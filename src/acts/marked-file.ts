import type { Picture } from '#domain/picture.ts'
import { loadPart } from '#platform/load-part.ts'

const loadMarks = () => import('#library/export/marked.ts')

/** An image as it is downloaded. Without network the part that writes its marks may be missing: it is still given. */
export async function markedOf(image: Picture, bytes: Blob): Promise<Blob> {
  try {
    const { marked } = await loadPart(loadMarks)
    return await marked(image, bytes)
  } catch {
    return bytes
  }
}
