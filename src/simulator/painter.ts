export interface Size {
  width: number
  height: number
}

/** Exact pixels, or the shape of the first source at about so many pixels. */
export type Frame = Size | { pixels: number }

export type PictureFormat = 'jpeg' | 'png'

export interface Wish {
  /** What was asked for, without the tokens that steer the simulator. */
  prompt: string
  format: PictureFormat
  /** How often the same was painted before: the same words give another picture the next time. */
  variation: number
}

/** Makes the pictures. The same wish always gives the same picture. Rejects where a source cannot be read. */
export interface Painter {
  create(wish: Wish, size: Size): Promise<Uint8Array>
  /** Visibly made from the sources; the first is the ground that the others are laid on. */
  edit(wish: Wish, sources: readonly Uint8Array[], frame: Frame): Promise<Uint8Array>
}
