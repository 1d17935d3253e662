import type { PictureFormat, Size } from './painter.ts'
import type { Pixels } from './pixels.ts'

/** The drawing functions of a platform: everything that needs more than one pixel at a time. Each gives a new image. */
export interface DrawingBackend {
  /** Draws an SVG document that covers the whole image, at that size. */
  draw(svg: string, size: Size): Promise<Pixels>
  /** Draws an SVG document over an image, at the document's own size. */
  drawOver(pixels: Pixels, svg: string, left: number, top: number): Promise<Pixels>
  /** The upright size of an encoded image. Rejects anything else. */
  measure(bytes: Uint8Array): Promise<Size>
  /** An encoded image, upright, on light paper, cropped evenly if its shape differs. */
  fill(bytes: Uint8Array, size: Size): Promise<Pixels>
  scale(pixels: Pixels, size: Size): Promise<Pixels>
  /** Gaussian blur; `sigma` in pixels. */
  blur(pixels: Pixels, sigma: number): Promise<Pixels>
  /** Each pixel becomes the median of the `span` by `span` pixels around it. */
  median(pixels: Pixels, span: number): Promise<Pixels>
  encode(pixels: Pixels, format: PictureFormat): Promise<Uint8Array>
}

/** The colour behind a transparent image. */
export const paper = '#f4f2ee'
export const jpegQuality = 0.88
