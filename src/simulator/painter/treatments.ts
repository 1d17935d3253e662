import {
  type Addition,
  addBall,
  addCorners,
  addLamps,
  addLanterns,
  addLeak,
  addMist,
  addMoon,
  addNeon,
  addPaperEdge,
  addPetals,
  addRain,
  addSkyColor,
  addSnow,
  addSun,
} from './additions.ts'
import { toRgb } from './color.ts'
import { namedColors, type Palette } from './palette.ts'
import {
  addLight,
  type Curve,
  drawLines,
  grade,
  mapBrightness,
  meanBrightness,
  type Pixels,
  printInks,
} from './pixels.ts'
import { pick, type Random } from './random.ts'

/** Filters that need more than one pixel at a time. Both give a new image. */
export interface Filters {
  /** `radius` in thousandths of the image's longer side. */
  blur(pixels: Pixels, radius: number): Promise<Pixels>
  /** Smooth patches with hard edges, as from a brush. */
  brush(pixels: Pixels): Promise<Pixels>
}

type Look = (pixels: Pixels, filters: Filters, palette: Palette) => Promise<Pixels>

export interface Treatment {
  look: Look
  additions: readonly Addition[]
}

const contrast =
  (amount: number): Curve =>
  (value) =>
    value + amount * Math.sin((value - 0.5) * Math.PI) * value * (1 - value) * 2
const through =
  (...curves: Curve[]): Curve =>
  (value) =>
    curves.reduce((result, curve) => curve(result), value)
const level =
  (factor: number, lift = 0, bend = 1): Curve =>
  (value) =>
    lift + value ** bend * factor

const plain: Look = async (pixels) => pixels
const graded =
  (fade: number, red: Curve, green: Curve, blue: Curve): Look =>
  async (pixels) => {
    grade(pixels, fade, [red, green, blue])
    return pixels
  }

const golden = graded(0.12, through(level(1.08, 0.02, 0.88), contrast(0.3)), level(0.96, 0, 1), level(0.7, 0, 1.15))
const night = graded(0.5, level(0.4, 0.012, 1.5), level(0.5, 0.02, 1.4), level(0.74, 0.055, 1.2))
const noir = graded(1, contrast(1.5), contrast(1.5), contrast(1.5))
const winter = graded(0.62, level(0.86, 0.11, 0.9), level(0.89, 0.12, 0.88), level(0.86, 0.17, 0.82))
const vintage = graded(0.45, level(0.82, 0.14, 0.92), level(0.76, 0.11, 1), level(0.58, 0.12, 1.06))
const rainy = graded(0.42, level(0.68, 0.04, 1.1), level(0.74, 0.06, 1.05), level(0.8, 0.09))
const vivid = graded(-0.3, contrast(0.6), contrast(0.6), contrast(0.6))

const neon: Look = async (pixels) => {
  grade(pixels, 0, [contrast(1), contrast(1), contrast(1)])
  mapBrightness(
    pixels,
    [
      [14, 6, 38],
      [70, 16, 120],
      [214, 32, 150],
      [255, 120, 160],
      [120, 240, 255],
    ],
    0.82,
  )
  return pixels
}

const poster: Look = async (pixels, filters, palette) => {
  const flat = await filters.brush(pixels)
  const { near, second, accent, far, light } = palette
  const inks = [near, second, accent, far, light].sort((one, other) => one[0] - other[0]).map(toRgb)
  printInks(flat, inks)
  return flat
}

const sketch: Look = async (pixels, filters) => {
  drawLines(pixels, await filters.blur(pixels, 3.5), [246, 242, 232], [42, 40, 48])
  return pixels
}

const watercolor: Look = async (pixels, filters) => {
  const wet = await filters.brush(pixels)
  grade(wet, -0.15, [level(0.86, 0.14, 0.85), level(0.86, 0.135, 0.85), level(0.86, 0.12, 0.86)])
  return wet
}

const dream: Look = async (pixels, filters) => {
  const soft = await filters.blur(pixels, 16)
  grade(pixels, 0.1, [level(0.86, 0.05), level(0.84, 0.05), level(0.86, 0.07)])
  addLight(pixels, soft, 0.55)
  return pixels
}

/** Shadows and lights in the hue that the prompt names. */
const colored: Look = async (pixels, _darkroom, { accent }) => {
  const [lightness, chroma, hue] = accent
  const row = [0.14, 0.42, 0.72, 0.97].map((step) =>
    toRgb([step, chroma * (step > 0.9 ? 0.25 : 0.9), hue + (lightness - step) * 12]),
  )
  mapBrightness(pixels, row, 0.46)
  return pixels
}

/** Lights are only visible in the dark, so a bright image is dimmed first. */
const dimmed: Look = async (pixels) => {
  if (meanBrightness(pixels) > 84)
    grade(pixels, 0.2, [level(0.66, 0.01, 1.2), level(0.6, 0.01, 1.25), level(0.66, 0.03, 1.2)])
  return pixels
}

/** Looks by their words; of several matches, the first is used. */
const looks: readonly (readonly [RegExp, Look, readonly Addition[]])[] = [
  [/black[- ]and[- ]white|monochrome|\bnoir\b|gr[ae]yscale|b&w/i, noir, [addCorners]],
  [/sketch|pencil|line drawing|drawing|ink lines|engraving/i, sketch, []],
  [/water ?colou?r|gouache|painting|painted|brush/i, watercolor, [addPaperEdge]],
  [/poster|screen ?print|pop art|\bpop\b|comic|graphic|flat colou?r/i, poster, []],
  [/neon|cyber|synth|vapou?r/i, neon, [addNeon]],
  [/vintage|film|sepia|retro|polaroid|analog|nostalg|old photo/i, vintage, [addLeak]],
  [/night|moon|midnight|\bstars?\b|starry/i, night, [addMoon]],
  [/snow|winter|frost|\bice\b|cold/i, winter, [addSnow]],
  [/\brain|storm|wet\b/i, rainy, [addRain]],
  [/golden|sunset|sunrise|autumn|\bwarm(er)?\b(?! it)|sunny/i, golden, [addSun]],
  [/dream|mist|fog|haze|soft|blur|glow/i, dream, [addMist]],
  [/vivid|vibrant|saturat|contrast|punch|sharp/i, vivid, []],
]

const things: readonly (readonly [RegExp, Look, Addition])[] = [
  [/lantern/i, dimmed, addLanterns],
  [/fairy lights?|string lights?|lamps?\b|bulbs?\b|garland|\blights\b/i, dimmed, addLamps],
  [/petal|blossom|flower|spring|confetti/i, plain, addPetals],
]

const anything: readonly [Treatment, ...Treatment[]] = [
  { look: golden, additions: [addSun] },
  { look: night, additions: [addMoon] },
  { look: noir, additions: [addCorners] },
  { look: winter, additions: [addSnow] },
  { look: vintage, additions: [addLeak] },
  { look: poster, additions: [] },
  { look: dream, additions: [addMist] },
  { look: colored, additions: [addSkyColor] },
]

/**
 * What the prompt wants done to an image; a prompt without known words gets one of the treatments anyway. `isLocal`:
 * the change is for a part of the image, which gets an object in the named colour if the prompt names no other change.
 */
export function chooseTreatment(prompt: string, random: Random, isLocal = false): Treatment {
  const look = looks.find(([words]) => words.test(prompt))
  const added = things.filter(([words]) => words.test(prompt))
  const isColored = namedColors(prompt).length > 0
  if (isLocal && !look && added.length === 0) return { look: plain, additions: [addBall] }
  if (!look && added.length === 0 && !isColored) return pick(random, anything)
  const base = look ? look[1] : isColored ? colored : (added[0]?.[1] ?? plain)
  const ground = look ? look[2] : isColored ? [addSkyColor] : []
  return { look: base, additions: [...ground, ...added.map(([, , addition]) => addition)] }
}
