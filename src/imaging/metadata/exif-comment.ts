/**
 * An EXIF block (TIFF, big endian) with two entries: Software "Atelier", which identifies it, and a UserComment in the
 * form `UNICODE`. Its text is in the block's own byte order, as the standard says; A1111 and its readers expect UTF-16 big
 * endian whatever the block's order is.
 */
export function userCommentOf(text: string): Uint8Array {
  const software = new TextEncoder().encode('Atelier\0')
  const comment = new Uint8Array(8 + text.length * 2)
  comment.set(new TextEncoder().encode('UNICODE\0'))
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    comment[8 + index * 2] = unit >> 8
    comment[9 + index * 2] = unit & 255
  }
  const softwareAt = 8 + 2 + 2 * 12 + 4
  const subAt = softwareAt + software.byteLength
  const commentAt = subAt + 2 + 12 + 4
  const bytes = new Uint8Array(commentAt + comment.byteLength)
  const view = new DataView(bytes.buffer)
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    view.setUint16(at, tag)
    view.setUint16(at + 2, type)
    view.setUint32(at + 4, count)
    view.setUint32(at + 8, value)
  }
  bytes.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8])
  view.setUint16(8, 2)
  entry(10, 0x0131, 2, software.byteLength, softwareAt)
  entry(22, 0x8769, 4, 1, subAt)
  bytes.set(software, softwareAt)
  view.setUint16(subAt, 1)
  entry(subAt + 2, 0x9286, 7, comment.byteLength, commentAt)
  bytes.set(comment, commentAt)
  return bytes
}
