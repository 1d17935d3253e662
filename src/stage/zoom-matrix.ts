/** CSS pixels of the viewport, or pixels of an image. */
export interface Box {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}

/** Where an image is drawn: its top left corner in the viewport, and CSS pixels per image pixel. */
export interface Placement extends Point {
  scale: number
}

/** Margin around an image that fits, in CSS pixels. */
const marginPx = 16
/** The largest zoom, in screen pixels per image pixel. */
const closest = 16

/** New space around an image, in image pixels. */
export interface Space {
  top: number
  right: number
  bottom: number
  left: number
}

const noSpace: Space = { top: 0, right: 0, bottom: 0, left: 0 }

/** The whole image, with the space around it, in the middle; never larger than its own CSS pixels. */
export function placeFit(picture: Box, viewport: Box, { top, right, bottom, left }: Space = noSpace): Placement {
  const room = (length: number) => Math.max(1, length - 2 * Math.min(marginPx, length * 0.012))
  const all = { width: picture.width + left + right, height: picture.height + top + bottom }
  const scale = Math.min(1, room(viewport.width) / all.width, room(viewport.height) / all.height)
  const { x, y } = middle(all, viewport, scale)
  return { scale, x: x + left * scale, y: y + top * scale }
}

/** Zooms to a scale; the point of the image under `at` stays there as far as possible. */
export function zoomTo(
  from: Placement,
  scale: number,
  picture: Box,
  viewport: Box,
  pixelRatio: number,
  at: Point,
): Placement {
  // An image that is fitted with space around it is smaller.
  const least = Math.min(placeFit(picture, viewport).scale, 1 / pixelRatio, from.scale)
  const next = Math.min(closest / pixelRatio, Math.max(least, scale))
  const point = toPicture(from, at)
  return settle({ scale: next, x: at.x - point.x * next, y: at.y - point.y * next }, picture, viewport)
}

/** In image pixels: x, y, width, height. */
export type Part = readonly [x: number, y: number, width: number, height: number]

/** Share of the viewport that a part fills when it is looked at. */
const partShare = 0.4

/** A part of the image in the middle, enlarged to its share of the viewport, but no further than a screen pixel per pixel. */
export function placePart([x, y, width, height]: Part, picture: Box, viewport: Box, pixelRatio: number): Placement {
  const whole = placeFit(picture, viewport)
  const wanted = Math.min((viewport.width * partShare) / width, (viewport.height * partShare) / height, 1 / pixelRatio)
  const scale = Math.max(whole.scale, wanted)
  const middleOf = (at: number, length: number) => (at + length / 2) * scale
  const at = { x: viewport.width / 2 - middleOf(x, width), y: viewport.height / 2 - middleOf(y, height) }
  return settle({ scale, ...at }, picture, viewport)
}

export function panBy(from: Placement, dx: number, dy: number, picture: Box, viewport: Box): Placement {
  return settle({ ...from, x: from.x + dx, y: from.y + dy }, picture, viewport)
}

/** Two fingers moved: the points under them stay under them, and the image is zoomed accordingly. */
export function pinch(
  from: Placement,
  before: readonly [Point, Point],
  after: readonly [Point, Point],
  picture: Box,
  viewport: Box,
  pixelRatio: number,
): Placement {
  const factor = distance(...after) / Math.max(1, distance(...before))
  const was = between(...before)
  const is = between(...after)
  const moved = { ...from, x: from.x + is.x - was.x, y: from.y + is.y - was.y }
  return zoomTo(moved, from.scale * factor, picture, viewport, pixelRatio, is)
}

export function isSamePlacement(a: Placement, b: Placement): boolean {
  return a.x === b.x && a.y === b.y && a.scale === b.scale
}

/** The image pixel at a point of the viewport. */
export function toPicture({ x, y, scale }: Placement, at: Point): Point {
  return { x: (at.x - x) / scale, y: (at.y - y) / scale }
}

/** Screen pixels per image pixel, in whole percent. */
export function percentOf({ scale }: Placement, pixelRatio: number): number {
  return Math.round(scale * pixelRatio * 100)
}

/** Keeps the image in view: in the middle if it is smaller than the viewport, covering it if it is larger. */
function settle(placement: Placement, picture: Box, viewport: Box): Placement {
  const { scale } = placement
  const along = (at: number, length: number, room: number) =>
    length <= room ? (room - length) / 2 : Math.min(marginPx, Math.max(room - length - marginPx, at))
  return {
    scale,
    x: along(placement.x, picture.width * scale, viewport.width),
    y: along(placement.y, picture.height * scale, viewport.height),
  }
}

function middle(picture: Box, viewport: Box, scale: number): Placement {
  return {
    scale,
    x: (viewport.width - picture.width * scale) / 2,
    y: (viewport.height - picture.height * scale) / 2,
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function between(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}
