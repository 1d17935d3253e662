import { Buffer } from 'node:buffer'
import sharp, { type Sharp } from 'sharp'
import type { Size } from './painter.ts'
import { between, type Random } from './random.ts'

/** Lays further pictures on the ground as prints with a white border, in a loose row that keeps clear of the mark. */
export async function layPrints(
  ground: Sharp,
  { width, height }: Size,
  pictures: readonly Uint8Array[],
  random: Random,
): Promise<Sharp> {
  const isTall = height > width
  const slots = pictures.length
  // A row that fills the longer side; a single print takes the place of a second of two.
  const along = isTall ? height : width
  const side = Math.min(Math.min(width, height) * 0.5, (along * 0.94) / (slots * 0.86 + 0.3))
  const step = slots === 1 ? 0 : (along * 0.92 - side) / (slots - 1)
  const start = slots === 1 ? along * 0.94 - side : along * 0.04
  const prints = await Promise.all(
    pictures.map(async (picture, index) => {
      const print = await toPrint(picture, side, slots === 1 ? 3 : between(random, -5, 5))
      const across = (isTall ? width : height) * (slots === 1 ? 0.5 : 0.58 + (index % 2 === 0 ? -0.05 : 0.05))
      const centre = start + step * index + side / 2
      const x = isTall ? across : centre
      const y = isTall ? centre : across
      return {
        input: print.data,
        left: Math.round(Math.min(width - print.width, Math.max(0, x - print.width / 2))),
        top: Math.round(Math.min(height - print.height, Math.max(0, y - print.height / 2))),
      }
    }),
  )
  return ground.composite(prints)
}

async function toPrint(bytes: Uint8Array, side: number, degrees: number): Promise<{ data: Buffer } & Size> {
  const open = () => sharp(bytes, { failOn: 'none' }).autoOrient()
  const { autoOrient: source } = await open().metadata()
  const share = Math.min(1.35, Math.max(0.75, source.width / source.height))
  const inner = side * 0.74
  const width = Math.max(8, Math.round(inner * Math.sqrt(share)))
  const height = Math.max(8, Math.round(inner / Math.sqrt(share)))
  const border = Math.max(2, Math.round(side * 0.028))
  const picture = await open()
    .resize(width, height, { fit: 'cover' })
    .flatten({ background: '#f4f2ee' })
    .extend({ top: border, left: border, right: border, bottom: border * 2, background: '#fbfaf7' })
    .png({ compressionLevel: 0 })
    .toBuffer()
  const soft = Math.max(3, Math.round(side * 0.035))
  const sheet = { width: width + border * 2 + soft * 4, height: height + border * 3 + soft * 4 }
  const shadow = `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet.width}" height="${sheet.height}"><rect x="${soft * 2}" y="${soft * 2.6}" width="${width + border * 2}" height="${height + border * 3}" fill="#000" fill-opacity=".5"/></svg>`
  const laid = await sharp(
    await sharp(Buffer.from(shadow))
      .blur(soft * 0.7)
      .png({ compressionLevel: 0 })
      .toBuffer(),
  )
    .composite([{ input: picture, left: soft * 2, top: soft * 2 }])
    .png({ compressionLevel: 0 })
    .toBuffer()
  const { data, info } = await sharp(laid)
    .rotate(degrees, { background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
