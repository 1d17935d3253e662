import { areaBox } from '#domain/area-box.ts'
import {
  type AreaStep,
  type Box,
  type Edit,
  type EditDocument,
  framedSize,
  isEdited,
  type Mark,
  type Sides,
} from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { markBox, markLineWidth } from '#domain/mark-drawing.ts'
import type { Recipe } from '#domain/run.ts'
import { isExtended } from '#domain/sent-cut.ts'
import { frameMap, mapPoint } from '#imaging/edit/affine.ts'
import { frameArea } from '#imaging/edit/frame.ts'
import { serviceLimits, toSentSize } from '#imaging/source-limits.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Edits } from '#workspace/edits.ts'
import { findPart, measureArea, wayOf } from './area-edit.ts'

interface Size {
  width: number
  height: number
}

/** How a family shows marks to its model: on the source itself, or on a copy of it as one more image. */
type MarksAs = ModelFamily['marksAs']

export type Frozen = { edit: Edit } | { objection: string }

/** Models cannot change smaller areas. Pixels per side. */
const leastSide = 8
/** Pixels. The decoded source and answer of a larger image do not fit into memory. */
const mostPixels = 50_000_000
export const mostMarks = 20
/** An extended image has at most this many times the pixels of its source. */
const mostGrowth = 2

/** The edit for the recipe, or a sentence that says why it cannot be sent. `size`: of the upright image. */
export function freezeEdit(
  document: EditDocument,
  size: Size,
  { way, marksAs }: { way?: Edit['way'] | undefined; marksAs: MarksAs },
): Frozen {
  const { frame, area, marks } = document
  const framed = framedSize(frame, size)
  const objection = isExtended(document) ? objectionToExtension(frame.pad, framed) : undefined
  const laid = area.length > 0 || isExtended(document)
  if (laid && size.width * size.height > mostPixels) return { objection: tooLarge }
  const found =
    objection ?? (area.length > 0 ? objectionToArea(document, size) : undefined) ?? objectionToMarks(document, size)
  if (found) return { objection: found }
  const sent = sentBox(document, size, way)
  const whole = { width: sent.rect[2], height: sent.rect[3] }
  const sentSize = toSentSize(whole, serviceLimits)
  if (!sentSize) return { objection: 'The crop is too long and narrow to be sent. Make it wider or higher.' }
  return { edit: { document, ...sent, sent: sentSize, marks: marks.length > 0 ? marksAs : 'none' } }
}

const tooSmall = `The area is too small. Paint at least ${leastSide} × ${leastSide} pixels.`
const tooLarge = 'Areas work on images of up to 50 MP. Clear the area, or use a smaller image.'

function sentBox(document: EditDocument, size: Size, chosen: Edit['way'] | undefined): Pick<Edit, 'way' | 'rect'> {
  const { width, height } = framedSize(document.frame, size)
  const { pad } = document.frame
  if (pad) {
    const rect: Box = [0 - pad.left, 0 - pad.top, width + pad.left + pad.right, height + pad.top + pad.bottom]
    return { way: 'extend', rect }
  }
  const area = framedArea(document, size)
  const part = area.length > 0 ? findPart(area, { width, height }) : undefined
  if (part && wayOf(area, { width, height }, chosen) === 'part') return { way: 'part', rect: part.rect }
  return { way: 'whole', rect: [0, 0, width, height] }
}

const framedAreas = new WeakMap<readonly AreaStep[], { frame: EditDocument['frame']; area: readonly AreaStep[] }>()

/** The area in pixels of the framed image; the same object for the same area and frame. */
export function framedArea({ area, frame }: EditDocument, size: Size): readonly AreaStep[] {
  if (frame.turn === 0 && !frame.flip && frame.tilt === 0 && !frame.crop) return area
  const known = framedAreas.get(area)
  if (known?.frame === frame) return known.area
  const framed = frameArea(area, frame, size)
  framedAreas.set(area, { frame, area: framed })
  return framed
}

function objectionToArea(document: EditDocument, size: Size): string | undefined {
  const area = framedArea(document, size)
  const framed = framedSize(document.frame, size)
  // From the vectors, because a few pixels of a large image are lost in the measured raster.
  const [, , width, height] = areaBox(area, framed) ?? []
  if (width !== undefined && height !== undefined && Math.min(width, height) < leastSide) return tooSmall
  const { painted, box } = measureArea(area, framed)
  if (!box && document.frame.crop && measureArea(document.area, size).box) {
    return 'The area lies outside of the crop. Clear the area, or change the crop.'
  }
  if (!box) return 'The area is empty. Paint what may change, or clear the area.'
  if (painted >= 1) return 'The area covers the whole image. Clear it, or take some of it away.'
  return undefined
}

/** Why an image cannot be extended by these sides. `size`: of the image before it is extended. */
export function objectionToExtension(pad: Sides | undefined, { width, height }: Size): string | undefined {
  if (!pad) return undefined
  const { top, right, bottom, left } = pad
  const grown = (width + left + right) * (height + top + bottom)
  if (Math.max(top, right, bottom, left) < leastSide) return `Extend the image by at least ${leastSide} pixels.`
  if (grown > mostGrowth * width * height) return 'An image can grow to twice its size at most. Extend it by less.'
  if (grown > mostPixels) return 'The extended image would have more than 50 MP. Extend it by less.'
  return undefined
}

function objectionToMarks({ marks, frame }: EditDocument, size: Size): string | undefined {
  if (marks.length > mostMarks) return `At most ${mostMarks} marks can be sent. Delete some.`
  const outside = marks.filter((mark) => isOutside(mark, frame, size)).map(({ n }) => n)
  const [first] = outside
  if (first === undefined) return undefined
  const which = outside.length === 1 ? `Mark ${first} lies` : `Marks ${listOf(outside)} lie`
  return `${which} outside of the crop. Move or delete ${outside.length === 1 ? 'it' : 'them'}, or change the crop.`
}

/** Whether a mark lies completely outside the framed image. */
export function isOutside(mark: Mark, frame: EditDocument['frame'], size: Size): boolean {
  const [x, y, across, down] = markBox(mark, markLineWidth(size))
  const map = frameMap(frame, size)
  const corners = [
    [x, y],
    [x + across, y],
    [x, y + down],
    [x + across, y + down],
  ].map(([px = 0, py = 0]) => mapPoint(map, px, py))
  const { width, height } = framedSize(frame, size)
  const { top, right, bottom, left } = frame.pad ?? { top: 0, right: 0, bottom: 0, left: 0 }
  const [xs, ys] = [corners.map(([px]) => px), corners.map(([, py]) => py)]
  return (
    Math.max(...xs) <= -left ||
    Math.min(...xs) >= width + right ||
    Math.max(...ys) <= -top ||
    Math.min(...ys) >= height + bottom
  )
}

function listOf(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`
}

/** A form's recipe with the edits of its sources. */
export interface EditedRecipe {
  recipe: Recipe
  /** Label of the button instead of "Edit". */
  verb?: 'Edit area' | 'Extend' | undefined
  /** Why it cannot be sent. */
  objection?: string
}

/**
 * Adds the edits of the sources to a form's recipe. The first source has all of its edits applied, the others only
 * cropping and turning. `sizes`: of the sources whose records have been read.
 */
export function freezeRecipe(
  recipe: Recipe,
  edits: Edits,
  sizes: ReadonlyMap<PictureId, Size>,
  { marksAs, maxSources, forArea }: Pick<ModelFamily, 'marksAs' | 'maxSources' | 'forArea'>,
): EditedRecipe {
  const frozen: Edit[] = []
  let verb: EditedRecipe['verb']
  const { sources } = recipe
  for (const [index, id] of sources.entries()) {
    const edit = edits[id]
    const document = edit && (index === 0 ? edit.document : framedOnly(edit.document))
    if (!edit || !document || !isEdited(document)) continue
    if (index === 0) verb = document.area.length > 0 ? 'Edit area' : isExtended(document) ? 'Extend' : undefined
    const size = sizes.get(id)
    if (!size) return { recipe, verb, objection: 'Preparing the edit…' }
    const next = freezeEdit(document, size, { way: edit.way, marksAs })
    if ('objection' in next) return { recipe, verb, objection: next.objection }
    frozen.push(next.edit)
  }
  if (frozen.length === 0) return { recipe }
  const hasCopy = frozen.some(({ document, marks }) => document.base === sources[0] && marks === 'reference')
  if (hasCopy && sources.length >= maxSources) {
    const objection = `The marked copy is one more image, and at most ${maxSources} can be sent. Remove an image, or the marks.`
    return { recipe, verb, objection }
  }
  // An answer that is laid into its source must have the source's proportions.
  const draft = (verb && forArea?.(recipe.draft)) ?? recipe.draft
  return { recipe: { ...recipe, draft, edits: frozen }, verb }
}

function framedOnly(document: EditDocument): EditDocument {
  const { pad: _pad, ...frame } = document.frame
  return { ...document, area: [], marks: [], frame }
}
