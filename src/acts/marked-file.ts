import type { Picture } from '#domain/picture.ts'
import { loadPart } from '#platform/load-part.ts'

const loadMarks = () => import('#library/export/marked.ts')

/** An image with its marks of origin, for download. Without them if the code that writes them cannot be loaded. */
export async function markedOf(image: Picture, bytes: Blob): Promise<Blob> {
  try {
    const { marked } = await loadPart(loadMarks)
    return await marked(image, bytes)
  } catch {
    return bytes
  }
}
