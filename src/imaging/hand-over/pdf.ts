import type { PixelSize } from '../edit/raster.ts'

export interface PdfPage {
  /** A JPEG in RGB. */
  jpeg: Uint8Array
  pixels: PixelSize
}

export interface PdfAbout {
  title: string
  /** Of every page, in points: 1/72 inch. */
  page: PixelSize
  /** An XMP packet. */
  xmp: string
}

/**
 * A PDF with one image per page, as a stream of bytes. Only the page being written is in memory. Text is part
 * of the images, because the standard PDF fonts have only Latin letters.
 */
export async function* pdfOf(pages: AsyncIterable<PdfPage>, about: PdfAbout): AsyncGenerator<Uint8Array> {
  const offsets: number[] = []
  let at = 0
  const count = (bytes: Uint8Array) => {
    at += bytes.byteLength
    return bytes
  }
  const begin = (number: number) => {
    offsets[number] = at
    return `${number} 0 obj\n`
  }
  const stream = (number: number, entries: string, data: Uint8Array) => [
    text(`${begin(number)}<< ${entries} /Length ${data.byteLength} >>\nstream\n`),
    data,
    text('\nendstream\nendobj\n'),
  ]
  // The second line marks the file as binary.
  yield count(text('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n'))
  const { width, height } = about.page
  const kids: number[] = []
  let next = 5
  for await (const { jpeg, pixels } of pages) {
    const [page, content, image] = [next, next + 1, next + 2]
    next += 3
    kids.push(page)
    const box = `/Width ${pixels.width} /Height ${pixels.height}`
    const kind = '/Type /XObject /Subtype /Image /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode'
    for (const part of stream(image, `${kind} ${box}`, jpeg)) yield count(part)
    for (const part of stream(content, '', text(`q ${width} 0 0 ${height} 0 0 cm /I Do Q`))) yield count(part)
    yield count(
      text(
        `${begin(page)}<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] ` +
          `/Resources << /XObject << /I ${image} 0 R >> >> /Contents ${content} 0 R >>\nendobj\n`,
      ),
    )
  }
  yield count(text(`${begin(1)}<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>\nendobj\n`))
  const list = kids.map((kid) => `${kid} 0 R`).join(' ')
  yield count(text(`${begin(2)}<< /Type /Pages /Count ${kids.length} /Kids [${list}] >>\nendobj\n`))
  yield count(text(`${begin(3)}<< /Title ${hexText(about.title)} /Creator (Atelier) >>\nendobj\n`))
  const xmp = new TextEncoder().encode(about.xmp)
  for (const part of stream(4, '/Type /Metadata /Subtype /XML', xmp)) yield count(part)
  yield text(endOf(offsets, next, at))
}

/** The cross-reference table with the offset of each object, and its own offset. */
function endOf(offsets: readonly number[], size: number, at: number): string {
  const rows = Array.from(
    { length: size - 1 },
    (_, index) => `${String(offsets[index + 1]).padStart(10, '0')} 00000 n \n`,
  )
  return (
    `xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}` +
    `trailer\n<< /Size ${size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n${at}\n%%EOF\n`
  )
}

/** One byte per character. */
function text(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (letter) => letter.charCodeAt(0))
}

/** Any text, as UTF-16 in hexadecimal digits, so that nothing in it can end the string. */
function hexText(value: string): string {
  const units = Array.from({ length: value.length }, (_, index) =>
    value.charCodeAt(index).toString(16).padStart(4, '0'),
  )
  return `<feff${units.join('')}>`
}
