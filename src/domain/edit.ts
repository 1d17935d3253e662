import type { PictureId } from './ids.ts'

/** Pixels of the upright source unless said otherwise. May reach outside the image. */
export type Box = readonly [x: number, y: number, width: number, height: number]
export type Point = readonly [x: number, y: number]

export interface Sides {
  top: number
  right: number
  bottom: number
  left: number
}

interface PixelSize {
  width: number
  height: number
}

export type Shape =
  | { kind: 'box' | 'ellipse'; box: Box }
  /** A closed outline: x, y, x, y … The last point connects to the first. */
  | { kind: 'lasso'; points: readonly number[] }
  /** A round brush moved through x, y, x, y …; a single point is a dot. */
  | { kind: 'brush'; points: readonly number[]; radius: number }

/** Applied in order. `invert` swaps the current selection with the rest of the image. */
export type AreaStep = { op: 'add' | 'cut'; shape: Shape } | { op: 'invert' }

/** Applied in this order: quarter turns clockwise, mirror left to right, tilt about the centre, crop, pad. */
export interface Frame {
  turn: 0 | 90 | 180 | 270
  flip: boolean
  /** Degrees clockwise, within ±45. The size stays the same; corners that become empty are transparent. */
  tilt: number
  /** In the pixels of the turned, mirrored and tilted image. */
  crop?: Box
  /** Empty space added on each side, in pixels. */
  pad?: Sides
}

/** The first four are always offered; the others only for marks about a source of that colour. */
export const markColours = ['red', 'cyan', 'magenta', 'lime', 'orange', 'yellow', 'violet'] as const
export type MarkColour = (typeof markColours)[number]

export type MarkFigure = Shape | { kind: 'arrow'; from: Point; to: Point } | { kind: 'pin' | 'note'; at: Point }

export type Mark = { id: string; n: number; colour: MarkColour; note: string } & MarkFigure

/** What is to be done with one image before it is sent, as vectors in upright source pixels. The image never changes. */
export interface EditDocument {
  v: 1
  base: PictureId
  frame: Frame
  /** What may change. Empty: anywhere. */
  area: readonly AreaStep[]
  /** Width of the soft edge in source pixels. It runs outwards from the area. */
  rim: number
  marks: readonly Mark[]
}

/** Frozen into the recipe, so that the sent bytes can be made again from base file and edit. */
export interface Edit {
  document: EditDocument
  way: 'whole' | 'part' | 'extend'
  /** What was sent, in pixels of the framed source before padding. For `extend` it reaches beyond that. */
  rect: Box
  sent: PixelSize
  marks: 'none' | 'burnt' | 'reference' | 'words'
}

/** x' = a x + c y + e, y' = b x + d y + f, in the order of a canvas transform. Pixel centres are at half-integers. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** Maps the answer's colours back to the source's, in levels of 0–255. */
export interface ColourFit {
  /** Mean of source minus answer outside the area, for each channel. */
  offset: readonly [red: number, green: number, blue: number]
  /** For each channel the value at 0, 32, 64 … 256. */
  curves: readonly (readonly number[])[]
  /** Three rows of four: weights for red, green and blue, and an offset. Applied after the curves. */
  matrix: readonly number[]
}

export type Verdict = 'aligned' | 'bent' | 'lost'

/**
 * How an answer is aligned with its source. Kept with the derived image; can be recomputed from source, answer and
 * edit.
 */
export interface Fit {
  engine: 1
  /** From pixels of the framed source to pixels of the answer. */
  map: Affine
  verdict: Verdict
  /** There is too little detail to align the answer by, so its place could not be checked. */
  isFaint?: true
  /** The largest distance by which the model moved the image, and the error left after alignment, in source pixels. */
  shift: number
  residual: number
  /** 1.02: the model enlarged the image by 2 %. */
  zoom: number
  colour: ColourFit
  /** Share of the pixels outside the area that the model changed, from 0 to 1. */
  changedOutside: number
}

/** Describes what is sent of a source if that is not the whole, unmarked image. */
export interface SentCut {
  frame: Frame
  /** In whole pixels of the framed source. Space outside it is filled by repeating its edge pixels outwards. */
  rect: Box
  /** Marks drawn on the sent image, in upright source pixels. */
  marks: readonly Mark[]
}

/** A part of the sent image, as fractions (0–1) of its width and height. */
export interface Region {
  left: number
  top: number
  right: number
  bottom: number
  /** The image is extended as well: the border around it is to be filled. */
  hasBorder?: true
}

/** The buttons *My area*, *Only what changed* and *Whole answer*. */
export type LaidView = 'area' | 'changed' | 'whole'

export const defaultRim = 8

export const plainFrame: Frame = { turn: 0, flip: false, tilt: 0 }

/** Whether a frame leaves the image as it is. */
export function isPlainFrame({ turn, flip, tilt, crop, pad }: Frame): boolean {
  return turn === 0 && !flip && tilt === 0 && crop === undefined && pad === undefined
}

/** Whether the document changes anything. */
export function isEdited({ area, marks, frame }: EditDocument): boolean {
  return area.length > 0 || marks.length > 0 || !isPlainFrame(frame)
}

export function emptyDocument(base: PictureId): EditDocument {
  return { v: 1, base, frame: plainFrame, area: [], rim: defaultRim, marks: [] }
}

/** Size of the framed source, without padding. */
export function framedSize({ turn, crop }: Frame, source: PixelSize): PixelSize {
  if (crop) return { width: crop[2], height: crop[3] }
  return turn % 180 === 0
    ? { width: source.width, height: source.height }
    : { width: source.height, height: source.width }
}
