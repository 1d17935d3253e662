import { type Box, type Frame, framedSize, type Point } from '#domain/edit.ts'

export type CropRatio = 'free' | 'original' | '1:1' | '4:3' | '3:2' | '16:9' | '3:4' | '4:5' | '2:3' | '9:16'

/** A part of the crop frame: sides by their letters, corners by two; `move` is the inside. */
export type Handle = 'n' | 'e' | 's' | 'w' | 'ne' | 'nw' | 'se' | 'sw' | 'move'

export interface CropTool {
  turn: Frame['turn']
  flip: boolean
  /** Degrees clockwise. */
  tilt: number
  /** In whole pixels of the turned, mirrored and tilted image. */
  box: Box
  ratio: CropRatio
  /** What a pointer drags: where it was pressed, and the box at that moment. */
  drag?: { handle: Handle; from: Point; box: Box }
}

export type CropEvent =
  | { kind: 'press'; handle: Handle; at: Point }
  | { kind: 'drag'; to: Point }
  | { kind: 'release' }
  | { kind: 'cancel' }
  /** Arrow keys: move the box, or resize it at the right and lower side. */
  | { kind: 'nudge'; dx: number; dy: number; isResize: boolean }
  | { kind: 'width' | 'height'; pixels: number }
  | { kind: 'ratio'; ratio: CropRatio }
  | { kind: 'turn'; by: 90 | -90 }
  | { kind: 'flip' }
  | { kind: 'tilt'; degrees: number }
  | { kind: 'reset' }

interface Size {
  width: number
  height: number
}

export const mostTilt = 45

export function startCropTool(image: Size): CropTool {
  return { turn: 0, flip: false, tilt: 0, box: [0, 0, image.width, image.height], ratio: 'free' }
}

/** Size of the image after its turn, which contains `box`. */
export function roomOf({ turn }: Pick<CropTool, 'turn'>, image: Size): Size {
  return framedSize({ turn, flip: false, tilt: 0 }, image)
}

/** The frame to apply; `undefined` if it would change nothing. */
export function frameOf({ turn, flip, tilt, box }: CropTool, image: Size): Frame | undefined {
  const room = roomOf({ turn }, image)
  const isWhole = box[2] === room.width && box[3] === room.height
  if (isWhole && turn === 0 && !flip && tilt === 0) return undefined
  return { turn, flip, tilt, ...(isWhole ? {} : { crop: box }) }
}

/** A pure function: the next state. A crop is applied by its button, not by an event. */
export function stepCropTool(tool: CropTool, event: CropEvent, image: Size): CropTool {
  const room = roomOf(tool, image)
  const { drag, ...idle } = tool
  const share = shareOf(tool.ratio, room)
  switch (event.kind) {
    case 'press':
      return { ...idle, drag: { handle: event.handle, from: event.at, box: tool.box } }
    case 'drag':
      return drag ? { ...tool, box: dragged(drag, event.to, share, room) } : tool
    case 'release':
      return idle
    case 'cancel':
      return drag ? { ...idle, box: drag.box } : idle
    case 'nudge': {
      const handle: Handle = event.isResize ? 'se' : 'move'
      return { ...tool, box: dragged({ handle, from: [0, 0], box: tool.box }, [event.dx, event.dy], share, room) }
    }
    case 'width':
    case 'height':
      return { ...tool, box: sized(tool.box, event, share, room) }
    case 'ratio':
      return { ...tool, ratio: event.ratio, box: shaped(tool.box, shareOf(event.ratio, room), room) }
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

function dragged(
  { handle, from, box }: NonNullable<CropTool['drag']>,
  to: Point,
  share: number | undefined,
  room: Size,
): Box {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const [x, y, width, height] = box
  if (handle === 'move') {
    return whole([clamp(x + dx, 0, room.width - width), clamp(y + dy, 0, room.height - height), width, height])
  }
  const isWest = handle.includes('w')
  const isNorth = handle.includes('n')
  const isAcross = isWest || handle.includes('e')
  const isDown = isNorth || handle.includes('s')
  let across = isAcross ? width + (isWest ? -dx : dx) : width
  let down = isDown ? height + (isNorth ? -dy : dy) : height
  const mostAcross = isAcross ? (isWest ? x + width : room.width - x) : room.width
  const mostDown = isDown ? (isNorth ? y + height : room.height - y) : room.height
  across = clamp(across, 1, mostAcross)
  down = clamp(down, 1, mostDown)
  if (share !== undefined) {
    if (isAcross) down = across / share
    else across = down * share
    const fit = Math.min(1, mostAcross / across, mostDown / down)
    across *= fit
    down *= fit
  }
  // The opposite side stays; along an axis that is not dragged, the middle stays.
  const left = isAcross ? (isWest ? x + width - across : x) : x + (width - across) / 2
  const top = isDown ? (isNorth ? y + height - down : y) : y + (height - down) / 2
  return within([left, top, across, down], room)
}

function sized(
  box: Box,
  { kind, pixels }: { kind: 'width' | 'height'; pixels: number },
  share: number | undefined,
  room: Size,
): Box {
  if (!Number.isFinite(pixels)) return box
  const [x, y, width, height] = box
  const most = kind === 'width' ? room.width : room.height
  const side = clamp(Math.round(pixels), 1, most)
  const size =
    kind === 'width'
      ? [side, share === undefined ? height : side / share]
      : [share === undefined ? width : side * share, side]
  const [across = 1, down = 1] = size
  const fit = Math.min(1, room.width / across, room.height / down)
  return within([x, y, across * fit, down * fit], room)
}

/** The largest box of this shape around the middle of the old one, within the old size if that was smaller. */
function shaped([x, y, width, height]: Box, share: number | undefined, room: Size): Box {
  if (share === undefined) return [x, y, width, height]
  const across = Math.min(width, height * share)
  const down = across / share
  return within([x + (width - across) / 2, y + (height - down) / 2, across, down], room)
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

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}
