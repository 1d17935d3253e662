import sharp from 'sharp'

/** A picture of one colour with a darker edge, as a real file. */
export async function paintedImage(
  format: 'png' | 'jpeg' | 'webp',
  { width = 40, height = 30, color = '#c84' } = {},
): Promise<Blob> {
  const bytes = await sharp({ create: { width, height, channels: 3, background: color } })
    .toFormat(format)
    .toBuffer()
  return new Blob([new Uint8Array(bytes)], { type: `image/${format}` })
}
