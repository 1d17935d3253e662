/** The clipboard accepts no other format. Rejects if the browser cannot read the image. */
export async function toPng(bytes: Blob): Promise<Blob> {
  if (bytes.type === 'image/png') return bytes
  const bitmap = await createImageBitmap(bytes)
  try {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    return await canvas.convertToBlob({ type: 'image/png' })
  } finally {
    bitmap.close()
  }
}
