import type { PictureFormat, Size } from './painter.ts'
import type { Pixels } from './pixels.ts'

/** What a machine paints with: everything that needs more than a look at one pixel. Each act gives a new picture. */
export interface Easel {
  /** An SVG document that covers all of it, at that size. */
  draw(svg: string, size: Size): Promise<Pixels>
  /** An SVG document over a picture, at the document's own size. */
  drawOver(pixels: Pixels, svg: string, left: number, top: number): Promise<Pixels>
  /** The size of a given picture, upright. Rejects what is no picture. */
  measure(bytes: Uint8Array): Promise<Size>
  /** A given picture, upright, on light paper, cropped evenly where its shape is another. */
  fill(bytes: Uint8Array, size: Size): Promise<Pixels>
  scale(pixels: Pixels, size: Size): Promise<Pixels>
  /** Out of focus; `sigma` in pixels. */
  blur(pixels: Pixels, sigma: number): Promise<Pixels>
  /** Each pixel takes the middle value of the `span` by `span` around it. */
  median(pixels: Pixels, span: number): Promise<Pixels>
  encode(pixels: Pixels, format: PictureFormat): Promise<Uint8Array>
}

/** What is under a transparent picture. */
export const paper = '#f4f2ee'
export const jpegQuality = 0.88
