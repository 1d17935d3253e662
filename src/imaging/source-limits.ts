/** What can be opened here at all. */
export const openLimits = {
  fileBytes: 100_000_000,
  pixels: 200_000_000,
} as const

/** What a service accepts. */
export interface SentLimits {
  /** A sent file stays below this. */
  bytes: number
  pixels: number
  /** The shorter side. */
  minSide: number
}

/** The limits that all our services have in common: docs/services.md 4. */
export const serviceLimits: SentLimits = { bytes: 10_000_000, pixels: 20_000_000, minSide: 64 }

/** No current browser has a longer canvas. */
const canvasSide = 16_384

export interface PixelSize {
  width: number
  height: number
}

/** The pixels at which an image is sent, in its own shape; `undefined` if it is too thin for any. */
export function toSentSize({ width, height }: PixelSize, limits: SentLimits): PixelSize | undefined {
  const { pixels, minSide } = limits
  const smaller = Math.min(Math.sqrt(pixels / (width * height)), canvasSide / Math.max(width, height))
  const larger = minSide / Math.min(width, height)
  const scale = Math.max(Math.min(1, smaller), larger)
  if (scale === 1) return { width, height }
  const side = (length: number) => Math.max(minSide, Math.floor(length * scale))
  const size = { width: side(width), height: side(height) }
  return Math.max(size.width, size.height) > canvasSide || size.width * size.height > pixels ? undefined : size
}

/** "14.2 MB", "640 KB". */
export function describeBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** "4,000 × 3,000". */
export function describeSize({ width, height }: PixelSize): string {
  return `${width.toLocaleString('en')} × ${height.toLocaleString('en')}`
}
