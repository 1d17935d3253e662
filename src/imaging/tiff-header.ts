import type { Exif } from './exif.ts'

const widthTag = 256
const heightTag = 257
/**
 * Tags that only occur in camera raw files: their first image is a small preview, and the sensor's data is in further
 * directories.
 */
const rawTags = [330, 50_706]
const shortType = 3
const mostEntries = 1000

/**
 * The size of a TIFF's first image. `undefined`: a camera raw file, which starts alike. Throws a RangeError if the file
 * ends too early.
 */
export function readTiff(view: DataView): { width: number; height: number; exif?: Exif } | undefined {
  const littleEndian = view.getUint16(0) === 0x4949
  const directory = view.getUint32(4, littleEndian)
  const entries = Math.min(view.getUint16(directory, littleEndian), mostEntries)
  const size = { width: 0, height: 0 }
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12
    const tag = view.getUint16(at, littleEndian)
    if (rawTags.includes(tag)) return undefined
    if (tag !== widthTag && tag !== heightTag) continue
    const isShort = view.getUint16(at + 2, littleEndian) === shortType
    const value = isShort ? view.getUint16(at + 8, littleEndian) : view.getUint32(at + 8, littleEndian)
    if (tag === widthTag) size.width = value
    else size.height = value
  }
  return size
}
