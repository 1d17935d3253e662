import type { Affine, Frame } from '#domain/edit.ts'
import { framedSize } from '#domain/edit.ts'
import type { PixelSize } from './raster.ts'

export const identity: Affine = [1, 0, 0, 1, 0, 0]

/** Applies `first`, then `then`. */
export function compose(first: Affine, then: Affine): Affine {
  const [a, b, c, d, e, f] = first
  const [A, B, C, D, E, F] = then
  return [A * a + C * b, B * a + D * b, A * c + C * d, B * c + D * d, A * e + C * f + E, B * e + D * f + F]
}

/** Throws a RangeError for a map without an inverse. */
export function invert([a, b, c, d, e, f]: Affine): Affine {
  const det = a * d - b * c
  if (!Number.isFinite(det) || Math.abs(det) < 1e-12) throw new RangeError('the map has no inverse')
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det]
}

export function mapPoint([a, b, c, d, e, f]: Affine, x: number, y: number): [x: number, y: number] {
  return [a * x + c * y + e, b * x + d * y + f]
}

export function scaleBy(sx: number, sy: number): Affine {
  return [sx, 0, 0, sy, 0, 0]
}

export function moveBy(x: number, y: number): Affine {
  return [1, 0, 0, 1, x, y]
}

/** From upright source pixels to pixels of the framed source, without padding. */
export function frameMap(frame: Frame, source: PixelSize): Affine {
  const { width, height } = source
  const turns: Record<Frame['turn'], Affine> = {
    0: identity,
    90: [0, 1, -1, 0, height, 0],
    180: [-1, 0, 0, -1, width, height],
    270: [0, -1, 1, 0, 0, width],
  }
  const size = framedSize({ turn: frame.turn, flip: false, tilt: 0 }, source)
  const flipped: Affine = frame.flip ? [-1, 0, 0, 1, size.width, 0] : identity
  const map = compose(compose(turns[frame.turn], flipped), tiltAbout(frame.tilt, size))
  return frame.crop ? compose(map, moveBy(-frame.crop[0], -frame.crop[1])) : map
}

function tiltAbout(degrees: number, { width, height }: PixelSize): Affine {
  if (degrees === 0) return identity
  const angle = (degrees * Math.PI) / 180
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
  const turned = compose(moveBy(-width / 2, -height / 2), [cos, sin, -sin, cos, 0, 0])
  return compose(turned, moveBy(width / 2, height / 2))
}
