/** From an EXIF block: the orientation (1 to 8; 1 is upright) and whether it contains a location. */
export interface Exif {
  orientation: number
  location: boolean
}

const orientationTag = 0x0112
const gpsTag = 0x8825
const mostEntries = 1000

/** Reads a TIFF block, which is EXIF's form in every format. Throws a RangeError if the block ends too early. */
export function readExif(view: DataView, start: number): Exif {
  const littleEndian = view.getUint16(start) === 0x4949
  const directory = start + view.getUint32(start + 4, littleEndian)
  const entries = Math.min(view.getUint16(directory, littleEndian), mostEntries)
  const exif = { orientation: 1, location: false }
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12
    const tag = view.getUint16(at, littleEndian)
    if (tag === gpsTag) exif.location = true
    if (tag === orientationTag) {
      const value = view.getUint16(at + 8, littleEndian)
      if (value >= 1 && value <= 8) exif.orientation = value
    }
  }
  return exif
}
