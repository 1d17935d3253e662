const wanted = { imageDescription: 0x010e, make: 0x010f, model: 0x0110, userComment: 0x9286 } as const
const subBlock = 0x8769
type Name = keyof typeof wanted

/** Longer texts are not read. */
const mostBytes = 2 ** 20

/**
 * Four texts of an EXIF block (TIFF, either byte order), if they are present and complete. Offsets that point outside
 * are ignored; a block that refers to itself is read once.
 */
export function readExifTexts(block: Uint8Array): ReadonlyMap<Name, string> {
  const texts = new Map<Name, string>()
  const order = new TextDecoder('latin1').decode(block.subarray(0, 2))
  if (order !== 'II' && order !== 'MM') return texts
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const isLittle = order === 'II'
  const word = (at: number) => (at + 4 <= view.byteLength ? view.getUint32(at, isLittle) : undefined)
  const half = (at: number) => (at + 2 <= view.byteLength ? view.getUint16(at, isLittle) : undefined)

  function readEntries(at: number, isSub: boolean): void {
    const count = half(at) ?? 0
    for (let entry = at + 2; entry < at + 2 + count * 12 && entry + 12 <= view.byteLength; entry += 12) {
      const tag = half(entry)
      const length = word(entry + 4) ?? 0
      const value = word(entry + 8) ?? 0
      if (tag === subBlock && !isSub) readEntries(value, true)
      const name = (Object.keys(wanted) as Name[]).find((one) => wanted[one] === tag)
      // All four are stored as single bytes (ASCII or UNDEFINED). Up to four bytes are in the entry itself.
      const from = length <= 4 ? entry + 8 : value
      if (!name || texts.has(name) || length > mostBytes || from + length > view.byteLength) continue
      const data = block.subarray(from, from + length)
      texts.set(name, name === 'userComment' ? commentOf(data) : textOf(data))
    }
  }

  readEntries(word(4) ?? view.byteLength, false)
  return texts
}

function textOf(data: Uint8Array): string {
  return new TextDecoder().decode(data).replace(/\0.*$/s, '')
}

/** The first eight bytes name the encoding; `UNICODE` is UTF-16 in either byte order. */
function commentOf(bytes: Uint8Array): string {
  const data = bytes.subarray(8)
  if (!new TextDecoder('latin1').decode(bytes.subarray(0, 8)).startsWith('UNICODE')) return textOf(data)
  // In big endian, Latin letters have their zero byte first. A1111 writes that whatever the file's own byte order is.
  const zeros = [0, 1].map((start) => data.filter((byte, index) => index % 2 === start && byte === 0).length)
  const isBig = (zeros[0] ?? 0) >= (zeros[1] ?? 0)
  return new TextDecoder(isBig ? 'utf-16be' : 'utf-16le').decode(data)
}
