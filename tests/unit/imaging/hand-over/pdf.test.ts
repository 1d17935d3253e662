import { expect, it } from 'vitest'
import { pdfOf } from '#imaging/hand-over/pdf.ts'

const latin1 = new TextDecoder('latin1')

async function written(jpegs: readonly Uint8Array[], title: string) {
  async function* pages() {
    for (const jpeg of jpegs) yield { jpeg, pixels: { width: 30, height: 40 } }
  }
  const parts: Uint8Array[] = []
  for await (const part of pdfOf(pages(), { title, page: { width: 595, height: 842 }, xmp: '<x:xmpmeta/>' }))
    parts.push(part)
  return latin1.decode(Buffer.concat(parts))
}

it('every object of a PDF begins where its table says, and its pages hold the JPEG files as they are', async () => {
  const jpegs = [Uint8Array.of(0xff, 0xd8, 1, 2, 3), Uint8Array.of(0xff, 0xd8, 9)]
  const pdf = await written(jpegs, 'Füchse (final) \\ 狐')
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1])
  const [, count = '', table = ''] = /^xref\n0 (\d+)\n([\s\S]*?)trailer/.exec(pdf.slice(start)) ?? []
  const rows = table.match(/.{18} \n/g) ?? []
  expect(rows).toHaveLength(Number(count))
  for (const [number, row] of rows.entries()) {
    if (number === 0) continue
    expect(pdf.slice(Number(row.slice(0, 10))).startsWith(`${number} 0 obj\n`)).toBe(true)
  }
  expect(pdf).toContain('/Count 2 /Kids [5 0 R 8 0 R]')
  for (const jpeg of jpegs)
    expect(pdf).toContain(`/Length ${jpeg.length} >>\nstream\n${latin1.decode(jpeg)}\nendstream`)
  // UTF-16 in hexadecimal, so that a parenthesis or backslash cannot end the title.
  expect(pdf).toContain('/Title <feff004600fc0063')
  expect(pdf).not.toContain('(final)')
})
