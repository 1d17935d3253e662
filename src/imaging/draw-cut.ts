import { type Box, framedSize, type Mark, type SentCut } from '#domain/edit.ts'
import { type MarkDrawing, markColourLevels, markDrawing, markLineWidth } from '#domain/mark-drawing.ts'
import { drawUpright } from './canvas.ts'
import type { Decoded } from './decode-image.ts'
import { frameMap } from './edit/affine.ts'

type Context = OffscreenCanvasRenderingContext2D

/**
 * Draws an image with its edit applied, filling the canvas: turned, mirrored, tilted and cropped; extended by repeating its
 * edge pixels outwards; with marks on it.
 */
export function drawCut(canvas: OffscreenCanvas, context: Context, image: Decoded, cut: SentCut): void {
  const { frame, rect, marks } = cut
  const [x, y, width, height] = rect
  const [across, down] = [canvas.width / width, canvas.height / height]
  const framed = framedSize(frame, image.size)
  const toCanvas = [across, 0, 0, down, -x * across, -y * down] as const
  context.save()
  context.setTransform(...toCanvas)
  context.beginPath()
  context.rect(0, 0, framed.width, framed.height)
  context.clip()
  context.transform(...frameMap(frame, image.size))
  drawUpright(context, image.bitmap, image.size, image.orientation)
  context.restore()
  stretchEdges(canvas, context, {
    left: Math.round(-x * across),
    top: Math.round(-y * down),
    right: Math.round((framed.width - x) * across),
    bottom: Math.round((framed.height - y) * down),
  })
  context.save()
  context.setTransform(...toCanvas)
  context.transform(...frameMap(frame, image.size))
  drawMarks(context, marks, markLineWidth({ width, height }))
  context.restore()
}

interface Inner {
  left: number
  top: number
  right: number
  bottom: number
}

/** Fills the canvas around its inner part with copies of that part's outermost pixels: sides first, then whole rows. */
function stretchEdges(canvas: OffscreenCanvas, context: Context, { left, top, right, bottom }: Inner): void {
  const { width, height } = canvas
  const [from, to] = [Math.max(0, top), Math.min(height, bottom)]
  const edges = [
    { isNew: left > 0, source: [left, from, 1, to - from], target: [0, from, left, to - from] },
    { isNew: right < width, source: [right - 1, from, 1, to - from], target: [right, from, width - right, to - from] },
    { isNew: top > 0, source: [0, top, width, 1], target: [0, 0, width, top] },
    { isNew: bottom < height, source: [0, bottom - 1, width, 1], target: [0, bottom, width, height - bottom] },
  ] as const
  context.save()
  context.imageSmoothingEnabled = false
  for (const { isNew, source, target } of edges) if (isNew) copyPart(context, canvas, source, target)
  context.restore()
}

function copyPart(
  context: Context,
  canvas: OffscreenCanvas,
  [x, y, width, height]: Box,
  [left, top, across, down]: Box,
) {
  context.drawImage(canvas, x, y, width, height, left, top, across, down)
}

/** Lengths are in units of the context's transform. `width`: of the lines. */
function drawMarks(context: Context, marks: readonly Mark[], width: number): void {
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const mark of marks) {
    const drawing = markDrawing(mark, width, marks.length > 1)
    const colour = `rgb(${markColourLevels[mark.colour].join(' ')})`
    strokeLines(context, drawing, '#fff', 2)
    strokeLines(context, drawing, colour, 1)
  }
}

function strokeLines(context: Context, { lines, width, words }: MarkDrawing, colour: string, thickness: number): void {
  context.strokeStyle = colour
  context.lineWidth = width * thickness
  for (const line of lines) {
    context.beginPath()
    for (let at = 0; at + 1 < line.length; at += 2) context.lineTo(line[at] ?? 0, line[at + 1] ?? 0)
    context.stroke()
  }
  if (!words) return
  context.font = `bold ${words.height}px sans-serif`
  context.fillStyle = colour
  if (thickness > 1) context.strokeText(words.text, ...words.at)
  else context.fillText(words.text, ...words.at)
}
