/** Red, green, blue, alpha; not premultiplied; row by row. */
export interface Pixels {
  data: Uint8ClampedArray | Uint8Array
  width: number
  height: number
}

/** One number per pixel, row by row. */
export interface Plane {
  data: Float32Array
  width: number
  height: number
}

export interface PixelSize {
  width: number
  height: number
}

export function makePlane(width: number, height: number): Plane {
  return { data: new Float32Array(width * height), width, height }
}

export function makePixels(width: number, height: number): Pixels {
  return { data: new Uint8ClampedArray(width * height * 4), width, height }
}

/** Rec. 709 weights on the stored levels, 0–255. */
export function toLuma({ data, width, height }: Pixels): Plane {
  const luma = makePlane(width, height)
  const into = luma.data
  for (let at = 0, from = 0; at < into.length; at += 1, from += 4) {
    into[at] = 0.2126 * (data[from] ?? 0) + 0.7152 * (data[from + 1] ?? 0) + 0.0722 * (data[from + 2] ?? 0)
  }
  return luma
}

/** The values of a plane where `free` is not zero; zero elsewhere. */
export function onlyFree({ data }: Plane, free: Uint8Array): Float32Array {
  const kept = new Float32Array(data.length)
  for (let at = 0; at < kept.length; at += 1) if (free[at]) kept[at] = data[at] ?? 0
  return kept
}
