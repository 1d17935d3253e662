/** AVIF and HEIC files consist of nested boxes. Offsets are absolute. */
interface Box {
  type: string
  start: number
  end: number
}

/** No image program writes more boxes than this at one level. */
const mostBoxes = 4096

const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']
const avifBrands = ['avif', 'avis']

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}

function boxesIn(view: DataView, start: number, end: number): Box[] {
  const boxes: Box[] = []
  for (let at = start; at + 8 <= end && boxes.length < mostBoxes; ) {
    const short = view.getUint32(at)
    const headLength = short === 1 ? 16 : 8
    const length = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? end - at : short
    if (length < headLength) break
    boxes.push({ type: textAt(view, at + 4), start: at + headLength, end: Math.min(at + length, end) })
    at += length
  }
  return boxes
}

function boxesAlong(view: DataView, within: readonly Box[], [type, ...rest]: readonly string[]): Box[] {
  const found = within.filter((box) => box.type === type)
  if (rest.length === 0) return found
  return found.flatMap((box) => {
    // "meta" has four bytes of version and flags before its boxes.
    const inner = boxesIn(view, box.type === 'meta' ? box.start + 4 : box.start, box.end)
    return boxesAlong(view, inner, rest)
  })
}

/** The format by the file's brands; `undefined` for a video or another file made of boxes. */
export function brandOf(view: DataView): 'avif' | 'heic' | undefined {
  if (textAt(view, 4) !== 'ftyp') return undefined
  const end = Math.min(view.getUint32(0), view.byteLength, 256)
  const brands = [textAt(view, 8)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(textAt(view, at))
  if (brands.some((brand) => avifBrands.includes(brand))) return 'avif'
  return brands.some((brand) => heicBrands.includes(brand)) ? 'heic' : undefined
}

/** The size of the largest image inside; an image made of tiles also has the size of its tiles. */
export function sizeInBoxes(view: DataView): { width: number; height: number } | undefined {
  const sizes = boxesAlong(view, boxesIn(view, 0, view.byteLength), ['meta', 'iprp', 'ipco', 'ispe'])
    .map((box) => ({ width: view.getUint32(box.start + 4), height: view.getUint32(box.start + 8) }))
    .sort((a, b) => b.width * b.height - a.width * a.height)
  return sizes[0]
}

/** Whether one of the items is an EXIF block. */
export function hasExifItem(view: DataView): boolean {
  return boxesAlong(view, boxesIn(view, 0, view.byteLength), ['meta', 'iinf']).some((box) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + box.start, Math.min(box.end - box.start, 65_536))
    return new TextDecoder('latin1').decode(bytes).includes('Exif')
  })
}

/** Whether its main brand says that it is animated. */
export function isSequence(view: DataView): boolean {
  return ['avis', 'msf1', 'hevc', 'hevx'].includes(textAt(view, 8))
}

/** Whether one of its images is the transparency of another. */
export function hasAlphaItem(view: DataView): boolean {
  return boxesAlong(view, boxesIn(view, 0, view.byteLength), ['meta', 'iprp', 'ipco', 'auxC']).some((box) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + box.start, Math.min(box.end - box.start, 256))
    return /auxiliary:alpha|auxid:1/.test(new TextDecoder('latin1').decode(bytes))
  })
}

/** A colour space given as numbers instead of a profile (ISO/IEC 23091-2): 12 is Display P3, 9 is BT.2020. */
interface ColourNumbers {
  primaries: number
}

/** The file's colour information: an ICC profile, numbers, or `undefined`. A profile has priority. */
export function colourInBoxes(view: DataView): { icc: Uint8Array } | ColourNumbers | undefined {
  let numbers: ColourNumbers | undefined
  for (const { start, end } of boxesAlong(view, boxesIn(view, 0, view.byteLength), ['meta', 'iprp', 'ipco', 'colr'])) {
    const type = textAt(view, start)
    if (type === 'prof' || type === 'rICC') {
      return { icc: new Uint8Array(view.buffer, view.byteOffset + start + 4, end - start - 4) }
    }
    if (type === 'nclx') numbers ??= { primaries: view.getUint16(start + 4) }
  }
  return numbers
}
