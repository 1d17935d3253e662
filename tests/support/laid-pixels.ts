export interface LaidQuestion {
  /** Where the source begins in the laid image, in pixels from its left edge. */
  sourceAt?: number
  /** What may change, as shares of the source's width and height. Without any, everything counts as outside. */
  boxes?: readonly { left: number; top: number; right: number; bottom: number }[]
  /** The boxes are this many pixels wider on each side. */
  slack?: number
  /** An exported file, in base64, to compare instead of the stored image. */
  exported?: string
}

export interface LaidPixels {
  /** Width and height. */
  laid: number[]
  source: number[]
  isPng: boolean
  /** Pixels of the source that differ in the laid image. */
  inside: number
  outside: number
}

/**
 * Compares the only source file with the only laid image, or with a file that was exported. Runs in the page, so it takes nothing from its module.
 */
export async function compareLaidPixels({
  sourceAt = 0,
  boxes = [],
  slack = 0,
  exported,
}: LaidQuestion): Promise<LaidPixels> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const open = indexedDB.open('atelier')
    open.onsuccess = () => resolve(open.result)
    open.onerror = () => reject(open.error)
  })
  const all = <T>(name: string) =>
    new Promise<T[]>((resolve, reject) => {
      const request = db.transaction(name).objectStore(name).getAll()
      request.onsuccess = () => resolve(request.result as T[])
      request.onerror = () => reject(request.error)
    })
  const [file] = await all<{ bytes: BlobPart; mime: string }>('files')
  const kept = (await all<{ id: string; base64: string }>('originals')).find(({ id }) => id.includes('-laid'))
  db.close()
  const base64 = exported ?? kept?.base64
  if (!file || !base64) throw new Error('Source or laid image is missing.')
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  // WebKit may store the bytes as an ArrayBuffer.
  const [source, laid] = await Promise.all(
    [new Blob([file.bytes], { type: file.mime }), new Blob([bytes], { type: 'image/png' })].map((blob) =>
      createImageBitmap(blob, { imageOrientation: 'from-image' }),
    ),
  )
  if (!source || !laid) throw new Error('An image cannot be read.')
  const { width, height } = source
  const pixelsFrom = (bitmap: ImageBitmap, x: number) => {
    const context = new OffscreenCanvas(width, height).getContext('2d')
    if (!context) throw new Error('There is no canvas.')
    context.drawImage(bitmap, -x, 0)
    return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)
  }
  const [old, now] = [pixelsFrom(source, 0), pixelsFrom(laid, sourceAt)]
  const isInside = (x: number, y: number) =>
    boxes.some(
      ({ left, top, right, bottom }) =>
        x > left * width - slack &&
        y > top * height - slack &&
        x < right * width + slack &&
        y < bottom * height + slack,
    )
  const counts = { inside: 0, outside: 0 }
  for (let at = 0; at < old.length; at += 1)
    if (old[at] !== now[at]) counts[isInside(at % width, Math.floor(at / width)) ? 'inside' : 'outside'] += 1
  const isPng = [137, 80, 78, 71].every((byte, at) => bytes[at] === byte)
  return { laid: [laid.width, laid.height], source: [width, height], isPng, ...counts }
}
