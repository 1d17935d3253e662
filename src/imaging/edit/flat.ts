import type { Affine } from '#domain/edit.ts'
import { identity, mapPoint } from './affine.ts'
import { answers, flat, judging } from './constants.ts'
import { shrinkByArea, warp } from './filters.ts'
import type { Judgement } from './judge.ts'
import { makePlane, type PixelSize, type Pixels, type Plane, toLuma } from './raster.ts'
import { faintDifference, type Pair, type Registration, toIndices } from './register.ts'

interface FlatPair {
  /** The answer, scaled to the same size. */
  source: Pixels
  answer: Pixels
  free: Uint8Array
}

/**
 * The map of an answer whose pixels equal the source's up to one gain and offset per channel. A
 * graphic of plain surfaces has few textured blocks, but can be placed with certainty this way. `undefined`: not the same.
 */
export function placeSame(pair: FlatPair, { map, near, judgement }: Registration): Affine | undefined {
  // Faint detail may be found elsewhere although the light alone shows no difference.
  const inOrder = blocksAgree(judgement) ? [map, identity, near] : [identity, map, near]
  const maps = inOrder.filter((one) => isNear(one, pair.source))
  // JPEG blurs colour across edges, but not brightness.
  return maps.find((one) => isSameLight(pair, flat.same, one) && isSameLight(pair, flat.light, one))
}

/** Whether there is nothing to align an answer by: `placeFlat` then places it as it came, or nearly so. */
export function isFaint({ judgement }: Registration): boolean {
  return judgement.textured <= flat.fewBlocks
}

/**
 * The map of an answer with too little detail to check its position: the identity, or the map found on the little detail
 * there is. `undefined` if blocks do not agree or the brightness is that of another image. A misplacement by
 * a few pixels is not visible in such an image.
 */
export function placeFlat(pair: FlatPair, found: Registration): Affine | undefined {
  const { map, near, judgement } = found
  if (judgement.textured >= answers.leastBlocks) return undefined
  if (!isFaint(found)) {
    return blocksAgree(judgement) && isNear(map, pair.source) && isSameLight(pair, flat.light) ? map : undefined
  }
  if (!isSameLight(pair, flat.light)) return undefined
  const planes: Pair = { source: toLuma(pair.source), answer: toLuma(pair.answer), free: pair.free }
  return bestOf([map, near], planes)
}

/** Whether nearly all of the few textured blocks were found where the map puts them. */
function blocksAgree({ textured, counted, median, p90 }: Judgement): boolean {
  const { accept } = judging
  const enough = textured > flat.fewBlocks && counted >= flat.found * textured
  return enough && median <= accept.median && p90 <= accept.p90
}

/** The map that explains the faint detail best, or the identity if that explains it nearly as well. */
function bestOf(maps: readonly Affine[], planes: Pair): Affine {
  const still = flat.better * faintDifference(planes, identity)
  const candidates = maps
    .filter((map) => isNear(map, planes.source))
    .map((map) => ({ map, difference: faintDifference(planes, map) }))
    .filter(({ difference }) => difference < still)
  return candidates.reduce((one, other) => (other.difference < one.difference ? other : one), {
    map: identity,
    difference: still,
  }).map
}

/** Whether a map moves the image no farther than models do when they keep the framing. */
function isNear(map: Affine, { width, height }: PixelSize): boolean {
  const [x, y] = mapPoint(map, width / 2, height / 2)
  const zoom = Math.sqrt(Math.abs(map[0] * map[3] - map[1] * map[2]))
  const shift = Math.hypot(x - width / 2, y - height / 2) / Math.max(width, height)
  return shift <= flat.near.shift && Math.abs(zoom - 1) <= flat.near.zoom
}

interface Likeness {
  of: 'light' | 'colours'
  /** Sides of the cells that are compared, in pixels. */
  cell: number
  /** This share of the cells must agree within these levels. */
  share: number
  levels: number
}

/** Whether the answer, placed by a map, has the source's levels up to one gain and offset per channel. */
function isSameLight({ source, answer, free }: FlatPair, likeness: Likeness, map: Affine = identity): boolean {
  const [width, height] = [Math.ceil(source.width / likeness.cell), Math.ceil(source.height / likeness.cell)]
  const mask = makePlane(source.width, source.height)
  for (let at = 0; at < free.length; at += 1) mask.data[at] = free[at] ?? 0
  const cells = shrinkByArea(withinAnswer(mask, map), width, height).data
  const channels = likeness.of === 'light' ? [undefined] : [0, 1, 2]
  const laid = (image: Pixels, channel: number | undefined) => {
    const plane = channel === undefined ? toLuma(image) : toChannel(image, channel)
    return image === answer && map !== identity ? warp(plane, toIndices(map)) : plane
  }
  return channels.every((channel) => {
    const [ours, theirs] = [source, answer].map((image) => shrinkByArea(laid(image, channel), width, height).data)
    const pairs = Array.from(cells, (share, at): [number, number] | undefined =>
      share > 0.99 ? [theirs?.[at] ?? 0, ours?.[at] ?? 0] : undefined,
    ).filter((one) => one !== undefined)
    return pairs.length > 0 && isLine(pairs, likeness)
  })
}

/** Excludes the pixels that a map places outside the answer. */
function withinAnswer({ data, width, height }: Plane, map: Affine): Plane {
  if (map === identity) return { data, width, height }
  const inside = data.map((free, at) => {
    const [x, y] = mapPoint(map, (at % width) + 0.5, Math.floor(at / width) + 0.5)
    return x > 2 && y > 2 && x < width - 3 && y < height - 3 ? free : 0
  })
  return { data: inside, width, height }
}

function toChannel({ data, width, height }: Pixels, channel: number): Plane {
  const plane = makePlane(width, height)
  for (let at = 0; at < plane.data.length; at += 1) plane.data[at] = data[at * 4 + channel] ?? 0
  return plane
}

/** Whether a plausible gain and offset map the first number of nearly all pairs to the second. */
function isLine(pairs: readonly (readonly [number, number])[], { share, levels }: Likeness): boolean {
  const mean = (at: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length
  const [from, to] = [mean(0), mean(1)]
  let [products, squares] = [0, 0]
  for (const [x, y] of pairs) {
    products += (x - from) * (y - to)
    squares += (x - from) ** 2
  }
  // Without variation in brightness, the gain cannot be computed.
  const slope = squares / pairs.length < 1 ? 1 : products / squares
  const gain = Math.max(flat.gain.least, Math.min(flat.gain.most, slope))
  if (Math.abs(to - from) > flat.offset) return false
  const residuals = pairs.map(([x, y]) => Math.abs(y - to - gain * (x - from))).sort((one, other) => one - other)
  return (residuals[Math.floor(share * (residuals.length - 1))] ?? 0) <= levels
}
