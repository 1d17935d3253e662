import sharp from 'sharp'

/** An image file of one colour with a darker edge. */
export async function paintedImage(
  format: 'png' | 'jpeg' | 'webp',
  { width = 40, height = 30, color = '#c84' } = {},
): Promise<Blob> {
  const bytes = await sharp({ create: { width, height, channels: 3, background: color } })
    .toFormat(format)
    .toBuffer()
  return new Blob([new Uint8Array(bytes)], { type: `image/${format}` })
}
