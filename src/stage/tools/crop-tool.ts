import { type Box, type Frame, framedSize, type Point, type Sides } from '#domain/edit.ts'
import { clamp } from './clamp.ts'

export type CropRatio = 'free' | 'original' | '1:1' | '4:3' | '3:2' | '16:9' | '3:4' | '4:5' | '2:3' | '9:16'

/** A part of the crop frame: sides by their letters, corners by two; `move` is the inside. */
export type Handle = 'n' | 'e' | 's' | 'w' | 'ne' | 'nw' | 'se' | 'sw' | 'move'

export interface CropTool {
  turn: Frame['turn']
  flip: boolean
  /** Degrees clockwise. */
  tilt: number
  /** In whole pixels of the turned, mirrored and tilted image. Where it exceeds the image, the image is extended. */
  box: Box
  ratio: CropRatio
  /** A drag in progress: where it started, and the box at that time. */
  drag?: Drag
}

interface Drag {
  handle: Handle
  from: Point
  box: Box
  /** Distance in pixels at which a dragged side snaps to the edge of the image. */
  slack: number
}

export type CropEvent =
  | { kind: 'press'; handle: Handle; at: Point; slack?: number }
  | { kind: 'drag'; to: Point }
  | { kind: 'release' }
  | { kind: 'cancel' }
  /** Arrow keys: move the box, or resize it at the right and lower side. */
  | { kind: 'nudge'; dx: number; dy: number; isResize: boolean }
  | { kind: 'width' | 'height'; pixels: number }
  | { kind: 'ratio'; ratio: CropRatio }
  /** The smallest box of the chosen ratio around the whole image: it is extended to that ratio. */
  | { kind: 'enclose' }
  | { kind: 'turn'; by: 90 | -90 }
  | { kind: 'flip' }
  | { kind: 'tilt'; degrees: number }
  | { kind: 'reset' }

interface Size {
  width: number
  height: number
}

export const mostTilt = 45

/** Largest extension at each side, as a share of the image. */
const mostPad = 0.5
/** Smallest overlap of box and image along each axis, in pixels. */
const leastKept = 16

/** `frame`: the present crop and extension. */
export function startCropTool(image: Size, frame?: Frame): CropTool {
  const { turn = 0, flip = false, tilt = 0, crop, pad } = frame ?? {}
  const room = framedSize({ turn, flip: false, tilt: 0 }, image)
  const [x, y, width, height] = crop ?? [0, 0, room.width, room.height]
  const { top = 0, right = 0, bottom = 0, left = 0 } = pad ?? {}
  return { turn, flip, tilt, box: [x - left, y - top, width + left + right, height + top + bottom], ratio: 'free' }
}

/** Size of the image after its turn, which contains `box`. */
export function roomOf({ turn }: Pick<CropTool, 'turn'>, image: Size): Size {
  return framedSize({ turn, flip: false, tilt: 0 }, image)
}

/** The frame to apply; `undefined` if it would change nothing. */
export function frameOf({ turn, flip, tilt, box }: CropTool, image: Size): Frame | undefined {
  const room = roomOf({ turn }, image)
  const crop = insideOf(box, room)
  const pad = padOf(box, room)
  const isWhole = crop[2] === room.width && crop[3] === room.height
  if (isWhole && !pad && turn === 0 && !flip && tilt === 0) return undefined
  return { turn, flip, tilt, ...(isWhole ? {} : { crop }), ...(pad ? { pad } : {}) }
}

/** The part of a box that lies in the image. */
export function insideOf([x, y, width, height]: Box, room: Size): Box {
  const [left, top] = [Math.max(0, x), Math.max(0, y)]
  return [left, top, Math.min(room.width, x + width) - left, Math.min(room.height, y + height) - top]
}

/** How far a box extends beyond the image's edges; `undefined` if it does not. */
export function padOf([x, y, width, height]: Box, room: Size): Sides | undefined {
  const pad = {
    top: Math.max(0, -y),
    right: Math.max(0, x + width - room.width),
    bottom: Math.max(0, y + height - room.height),
    left: Math.max(0, -x),
  }
  return Object.values(pad).some((side) => side > 0) ? pad : undefined
}

/** Largest width or height of the box. A straightened image cannot be extended, because its corners are empty already. */
export function mostSide({ tilt }: Pick<CropTool, 'tilt'>, side: number): number {
  return tilt === 0 ? Math.floor(side * (1 + 2 * mostPad)) : side
}

/** A pure function: the next state. A crop is applied by its button, not by an event. */
export function stepCropTool(tool: CropTool, event: CropEvent, image: Size): CropTool {
  const room = roomOf(tool, image)
  const { drag, ...idle } = tool
  const share = shareOf(tool.ratio, room)
  switch (event.kind) {
    case 'press':
      return { ...idle, drag: { handle: event.handle, from: event.at, box: tool.box, slack: event.slack ?? 0 } }
    case 'drag':
      return drag ? { ...tool, box: dragged(drag, event.to, share, limitsOf(tool, room)) } : tool
    case 'release':
      return idle
    case 'cancel':
      return drag ? { ...idle, box: drag.box } : idle
    case 'nudge': {
      const handle: Handle = event.isResize ? 'se' : 'move'
      const drag: Drag = { handle, from: [0, 0], box: tool.box, slack: 0 }
      return { ...tool, box: dragged(drag, [event.dx, event.dy], share, limitsOf(tool, room)) }
    }
    case 'width':
    case 'height':
      return { ...tool, box: sized(tool.box, event, share, limitsOf(tool, room)) }
    case 'ratio':
      return { ...tool, ratio: event.ratio, box: shaped(tool, shareOf(event.ratio, room), room) }
    case 'enclose':
      return canEnclose(tool, image) && share ? { ...tool, box: enclosing(share, limitsOf(tool, room)) } : tool
    case 'turn':
      return turned(tool, event.by, image)
    case 'flip':
      return { ...tool, flip: !tool.flip, box: mirrored(tool.box, room) }
    case 'tilt':
      return tilted(tool, clamp(event.degrees, -mostTilt, mostTilt), room)
    case 'reset':
      return startCropTool(image)
  }
}

/** Width divided by height; `undefined`: any. */
function shareOf(ratio: CropRatio, { width, height }: Size): number | undefined {
  if (ratio === 'free') return undefined
  if (ratio === 'original') return width / height
  const [across = 1, down = 1] = ratio.split(':').map(Number)
  return across / down
}

/** Bounds for a box. */
interface Limits {
  room: Size
  /** Bounds beyond the image, if it can be extended. */
  pad: { across: number; down: number }
}

function limitsOf({ tilt }: CropTool, room: Size): Limits {
  const share = tilt === 0 ? mostPad : 0
  return { room, pad: { across: Math.floor(room.width * share), down: Math.floor(room.height * share) } }
}

function dragged({ handle, from, box, slack }: Drag, to: Point, share: number | undefined, limits: Limits): Box {
  const by: Point = [to[0] - from[0], to[1] - from[1]]
  if (handle === 'move') return moved(box, by, limits.room)
  const free = pulled(box, handle, by, share, limits)
  const inside = pulled(box, handle, by, share, { ...limits, pad: { across: 0, down: 0 } })
  if (share !== undefined) {
    const isNear = Math.max(free[2] - inside[2], free[3] - inside[3]) <= slack
    return isNear && !padOf(box, limits.room) ? inside : free
  }
  return snapped(free, handle, slack, limits.room)
}

/** The side opposite the dragged one stays in place; an axis that is not dragged keeps its middle. */
function pulled(box: Box, handle: Handle, [dx, dy]: Point, share: number | undefined, { room, pad }: Limits): Box {
  const [x, y, width, height] = box
  const isWest = handle.includes('w')
  const isNorth = handle.includes('n')
  const isAcross = isWest || handle.includes('e')
  const isDown = isNorth || handle.includes('s')
  let across = isAcross ? width + (isWest ? -dx : dx) : width
  let down = isDown ? height + (isNorth ? -dy : dy) : height
  const whole = { width: room.width + 2 * pad.across, height: room.height + 2 * pad.down }
  const mostAcross = isAcross ? (isWest ? x + width + pad.across : room.width + pad.across - x) : whole.width
  const mostDown = isDown ? (isNorth ? y + height + pad.down : room.height + pad.down - y) : whole.height
  across = clamp(across, 1, mostAcross)
  down = clamp(down, 1, mostDown)
  if (share !== undefined) {
    if (isAcross) down = across / share
    else across = down * share
    const fit = Math.min(1, mostAcross / across, mostDown / down)
    across *= fit
    down *= fit
  }
  const left = isAcross ? (isWest ? x + width - across : x) : x + (width - across) / 2
  const top = isDown ? (isNorth ? y + height - down : y) : y + (height - down) / 2
  const next = within([left + pad.across, top + pad.down, across, down], whole)
  const placed: Box = [next[0] - pad.across, next[1] - pad.down, next[2], next[3]]
  return holdsImage(placed, room) ? placed : box
}

function holdsImage(box: Box, room: Size): boolean {
  const [, , width, height] = insideOf(box, room)
  return width >= Math.min(leastKept, box[2]) && height >= Math.min(leastKept, box[3])
}

/** Snaps dragged sides that are close to the image's edge, so that an image is not extended by accident. */
function snapped([x, y, width, height]: Box, handle: Handle, slack: number, room: Size): Box {
  const near = (at: number, edge: number) => (Math.abs(at - edge) <= slack ? edge : at)
  const left = handle.includes('w') ? near(x, 0) : x
  const top = handle.includes('n') ? near(y, 0) : y
  const right = handle.includes('e') ? near(x + width, room.width) : x + width
  const bottom = handle.includes('s') ? near(y + height, room.height) : y + height
  return [left, top, right - left, bottom - top]
}

/** Keeps a box inside the image; of one that exceeds an edge, at least half stays inside. */
function moved([x, y, width, height]: Box, [dx, dy]: Point, room: Size): Box {
  const along = (at: number, by: number, length: number, side: number) => {
    if (length > side) return clamp(at + by, side - length, 0)
    const over = at < 0 || at + length > side ? length / 2 : 0
    return clamp(at + by, -over, side - length + over)
  }
  return whole([along(x, dx, width, room.width), along(y, dy, height, room.height), width, height])
}

/** Ignores impossible numbers. A box that becomes larger than the image grows equally on both sides. */
function sized(
  box: Box,
  { kind, pixels }: { kind: 'width' | 'height'; pixels: number },
  share: number | undefined,
  { room, pad }: Limits,
): Box {
  const most = { width: room.width + 2 * pad.across, height: room.height + 2 * pad.down }
  const side = Math.round(pixels)
  if (!(side >= 1 && side <= most[kind])) return box
  const [x, y, width, height] = box
  const size =
    kind === 'width'
      ? [side, share === undefined ? height : side / share]
      : [share === undefined ? width : side * share, side]
  const [across = 1, down = 1] = size
  const fit = Math.min(1, most.width / across, most.height / down)
  const along = (at: number, length: number, own: number) => {
    if (length > own) return (own - length) / 2
    return clamp(at, 0, own - length)
  }
  const [wide, high] = [Math.max(1, Math.round(across * fit)), Math.max(1, Math.round(down * fit))]
  // The other axis keeps its position, also beyond the edge.
  const left = kind === 'height' && share === undefined ? x : along(x, wide, room.width)
  const top = kind === 'width' && share === undefined ? y : along(y, high, room.height)
  return whole([left, top, wide, high])
}

/**
 * A box of this shape around the middle of the old one. It is as large as the image allows if the old one was, and else
 * has the same area, so that trying several ratios does not make it smaller and smaller. After a tilt it lies in the old one.
 */
function shaped({ box: [x, y, width, height], tilt }: CropTool, share: number | undefined, room: Size): Box {
  if (share === undefined) return [x, y, width, height]
  const isLargest = width >= room.width || height >= room.height
  const area = isLargest ? Number.POSITIVE_INFINITY : width * height
  const most = tilt === 0 ? room : { width, height }
  const across = Math.min(most.width, most.height * share, Math.sqrt(area * share))
  const down = across / share
  return within([x + (width - across) / 2, y + (height - down) / 2, across, down], room)
}

/** Whether the image can be extended to the chosen ratio, which it does not have yet. */
export function canEnclose(tool: CropTool, image: Size): boolean {
  const room = roomOf(tool, image)
  const share = shareOf(tool.ratio, room)
  if (share === undefined || tool.tilt !== 0) return false
  const box = enclosing(share, limitsOf(tool, room))
  return padOf(box, room) !== undefined && box.some((each, at) => each !== tool.box[at])
}

function enclosing(share: number, { room, pad }: Limits): Box {
  const across = Math.min(
    Math.max(room.width, room.height * share),
    room.width + 2 * pad.across,
    (room.height + 2 * pad.down) * share,
  )
  const down = across / share
  return whole([(room.width - across) / 2, (room.height - down) / 2, across, down])
}

function turned(tool: CropTool, by: 90 | -90, image: Size): CropTool {
  const room = roomOf(tool, image)
  const [x, y, width, height] = tool.box
  const turn = ((tool.turn + by + 360) % 360) as Frame['turn']
  const box: Box = by === 90 ? [room.height - y - height, x, height, width] : [y, room.width - x - width, height, width]
  return { ...tool, turn, box, ratio: tool.ratio === 'original' ? 'original' : 'free' }
}

function mirrored([x, y, width, height]: Box, room: Size): Box {
  return [room.width - x - width, y, width, height]
}

/** A tilt leaves empty corners: the box becomes the largest one without them, in its present shape. */
function tilted(tool: CropTool, degrees: number, room: Size): CropTool {
  const [, , width, height] = tool.tilt === 0 && tool.ratio === 'free' ? [0, 0, room.width, room.height] : tool.box
  const angle = (Math.abs(degrees) * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const share = width / height
  // Both bounds apply to a box around the centre whose corners stay inside the tilted image.
  const across = Math.min(room.width / (cos + sin / share), room.height / (sin + cos / share), room.width)
  const down = across / share
  const box: Box = [(room.width - across) / 2, (room.height - down) / 2, across, down]
  return { ...tool, tilt: degrees, box: degrees === 0 ? within(box, room) : inwards(box) }
}

/** The whole pixels inside a box. */
function inwards([x, y, width, height]: Box): Box {
  const [left, top] = [Math.ceil(x), Math.ceil(y)]
  return [left, top, Math.max(1, Math.floor(x + width) - left), Math.max(1, Math.floor(y + height) - top)]
}

function whole([x, y, width, height]: Box): Box {
  return [Math.round(x), Math.round(y), Math.round(width), Math.round(height)]
}

/** In whole pixels within the image; moved inside if it is outside. */
function within([x, y, width, height]: Box, room: Size): Box {
  const across = clamp(Math.round(width), 1, room.width)
  const down = clamp(Math.round(height), 1, room.height)
  return [clamp(Math.round(x), 0, room.width - across), clamp(Math.round(y), 0, room.height - down), across, down]
}
