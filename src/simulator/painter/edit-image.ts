import { fillBorder, findBlankBorder } from './blank-border.ts'
import type { Deviations } from './deviations.ts'
import type { DrawingBackend } from './drawing-backend.ts'
import { type DrawnMarks, eraseMarks, findDrawnMarks } from './drawn-marks.ts'
import { choosePalette, type Palette } from './palette.ts'
import { cut, type Pixels, paste } from './pixels.ts'
import { layWithin, type Place, placeIn, placeInPercent } from './place.ts'
import { layPrints } from './prints.ts'
import { between, type Random } from './random.ts'
import { createSceneCanvas } from './scene-canvas.ts'
import { chooseTreatment, type Filters } from './treatments.ts'

interface Kit {
  backend: DrawingBackend
  filters: Filters
  deviations: Deviations
  random: Random
}

/** Words about marks drawn on the image. */
const speaksOfMarks = /\b(marks?|marked|box|boxes|arrow|circle|ellipse|pin|outline)\b/i
/** Whether one of the other images is a copy of the first with marks drawn on it. */
const copyIsMarked = /\bimage (\d) is image 1 with (?:drawn )?marks\b/i

/** Changes `ground` as the prompt says, where it says: at drawn marks, at a place it names, or everywhere. */
export async function editImage(
  kit: Kit,
  prompt: string,
  ground: Pixels,
  others: readonly Uint8Array[],
): Promise<Pixels> {
  const { backend, deviations, random } = kit
  const copy = others[Number(copyIsMarked.exec(prompt)?.[1] ?? 0) - 2]
  const references = others.filter((other) => other !== copy)
  const marks = await findMarks(prompt, copy ? await backend.fill(copy, ground) : ground)
  if (marks && !copy && !deviations.marks) eraseMarks(ground, marks)

  const border = findBlankBorder(prompt, ground)
  if (border) {
    if (!deviations.border) fillBorder(ground, border)
    // Words of the extension may name a place by chance; only an area that is told as well is changed too.
    if (!placeInPercent(prompt, ground)) return ground
  }

  const palette = choosePalette(prompt, random)
  const named = placeIn(prompt, ground)
  const places = marks?.places ?? (named ? [named] : [])
  if (places.length === 0) {
    const edited = await treat(kit, prompt, palette, ground, false)
    await layPrints(edited, references, backend, random)
    return edited
  }
  const spilt = deviations.spill ? placesElsewhere(ground, places, random) : []
  for (const place of [...places, ...spilt]) await changePlace(kit, prompt, palette, ground, place, references)
  return ground
}

async function findMarks(prompt: string, pixels: Pixels): Promise<DrawnMarks | undefined> {
  return speaksOfMarks.test(prompt) ? findDrawnMarks(pixels) : undefined
}

async function treat(kit: Kit, prompt: string, palette: Palette, pixels: Pixels, isLocal: boolean): Promise<Pixels> {
  const { backend, filters, random } = kit
  const treatment = chooseTreatment(prompt, random, isLocal)
  const seen = await treatment.look(pixels, filters, palette)
  if (treatment.additions.length === 0) return seen
  const canvas = createSceneCanvas(seen, prompt, palette, random)
  const body = treatment.additions.map((addition) => addition(canvas)).join('')
  return backend.drawOver(seen, canvas.document(body, seen), 0, 0)
}

/** Changes one place and nothing else. In place. */
async function changePlace(
  kit: Kit,
  prompt: string,
  palette: Palette,
  ground: Pixels,
  place: Place,
  references: readonly Uint8Array[],
): Promise<void> {
  const left = Math.max(0, place.left)
  const top = Math.max(0, place.top)
  const size = {
    width: Math.max(1, Math.min(ground.width - left, place.width)),
    height: Math.max(1, Math.min(ground.height - top, place.height)),
  }
  const part = await treat(kit, prompt, palette, cut(ground, left, top, size), true)
  if (references.length > 0) await layPrints(part, references, kit.backend, kit.random)
  const changed = { ...ground, data: new Uint8Array(ground.data) }
  paste(changed, part, left, top)
  layWithin(ground, changed, place)
}

/** Three small places away from the requested ones. */
function placesElsewhere({ width, height }: Pixels, asked: readonly Place[], random: Random): readonly Place[] {
  const side = Math.round(Math.min(width, height) * 0.09)
  const places: Place[] = []
  for (let tries = 0; places.length < 3 && tries < 60; tries++) {
    const left = Math.round(between(random, 0, width - side))
    const top = Math.round(between(random, 0, height - side))
    const place: Place = { shape: 'ellipse', left, top, width: side, height: side }
    if (![...asked, ...places].some((other) => touches(place, other, side))) places.push(place)
  }
  return places
}

function touches(one: Place, other: Place, apartPx: number): boolean {
  return (
    one.left < other.left + other.width + apartPx &&
    other.left < one.left + one.width + apartPx &&
    one.top < other.top + other.height + apartPx &&
    other.top < one.top + one.height + apartPx
  )
}
