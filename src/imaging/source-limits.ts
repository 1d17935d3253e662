/** What a source may be. The first three are the browser's, the others the service's: docs/services.md 4. */
export const sourceLimits = {
  fileBytes: 100_000_000,
  openSide: 16_384,
  openPixels: 200_000_000,
  /** A prepared picture stays below this. */
  sentBytes: 10_000_000,
  sentPixels: 20_000_000,
  sentMinSide: 64,
} as const

export interface PixelSize {
  width: number
  height: number
}

/** The pixels a picture is sent with, its shape kept; `undefined` if it is too thin to have any. */
export function toSentSize({ width, height }: PixelSize): PixelSize | undefined {
  const { sentPixels, sentMinSide, openSide } = sourceLimits
  const smaller = Math.sqrt(sentPixels / (width * height))
  const larger = sentMinSide / Math.min(width, height)
  const scale = Math.max(Math.min(1, smaller), larger)
  if (scale === 1) return { width, height }
  const side = (pixels: number) => Math.max(sentMinSide, Math.floor(pixels * scale))
  const size = { width: side(width), height: side(height) }
  return Math.max(size.width, size.height) > openSide || size.width * size.height > sentPixels ? undefined : size
}

/** "14.2 MB", "640 KB". */
export function describeBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** "4,000 × 3,000". */
export function describeSize({ width, height }: PixelSize): string {
  return `${width.toLocaleString('en')} × ${height.toLocaleString('en')}`
}
