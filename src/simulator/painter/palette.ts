import { type Color, hueTurn } from './color.ts'
import { between, pick, type Random } from './random.ts'

/** The colours of one image, chosen to match. */
export interface Palette {
  /** From the zenith down to the horizon; also used for walls and paper. */
  sky: readonly [top: Color, middle: Color, low: Color]
  /** Sun, moon, lamps. */
  light: Color
  /** Things far away, and near. */
  far: Color
  near: Color
  accent: Color
  second: Color
  isNight: boolean
}

type Mood = Omit<Palette, 'isNight'> & { words: RegExp; isNight?: true }

/** Times of day first, because they determine colours more than subjects do. */
const moods: readonly [Mood, ...Mood[]] = [
  {
    words: /neon|cyber|synth|electric|nightclub/i,
    isNight: true,
    sky: [
      [0.16, 0.08, 290],
      [0.32, 0.15, 310],
      [0.62, 0.2, 350],
    ],
    light: [0.93, 0.09, 200],
    far: [0.42, 0.15, 305],
    near: [0.13, 0.06, 285],
    accent: [0.74, 0.2, 345],
    second: [0.82, 0.13, 200],
  },
  {
    words: /\bnight|moon|midnight|\bstars?\b|starry|dark\b/i,
    isNight: true,
    sky: [
      [0.2, 0.06, 268],
      [0.31, 0.075, 262],
      [0.5, 0.08, 245],
    ],
    light: [0.96, 0.035, 95],
    far: [0.45, 0.07, 255],
    near: [0.14, 0.04, 265],
    accent: [0.8, 0.14, 72],
    second: [0.62, 0.11, 205],
  },
  {
    words: /dusk|twilight|evening|blue hour/i,
    sky: [
      [0.42, 0.09, 282],
      [0.66, 0.11, 325],
      [0.87, 0.1, 55],
    ],
    light: [0.96, 0.07, 75],
    far: [0.64, 0.1, 315],
    near: [0.23, 0.065, 285],
    accent: [0.68, 0.17, 25],
    second: [0.72, 0.09, 290],
  },
  {
    words: /dawn|sunrise|morning|mist|fog|calm/i,
    sky: [
      [0.7, 0.075, 255],
      [0.87, 0.045, 20],
      [0.94, 0.06, 70],
    ],
    light: [0.985, 0.045, 85],
    far: [0.82, 0.045, 265],
    near: [0.28, 0.06, 258],
    accent: [0.7, 0.15, 38],
    second: [0.62, 0.08, 205],
  },
  {
    words: /golden|sunset|warm|autumn|amber|honey/i,
    sky: [
      [0.66, 0.1, 38],
      [0.8, 0.125, 62],
      [0.92, 0.11, 88],
    ],
    light: [0.985, 0.07, 95],
    far: [0.76, 0.11, 58],
    near: [0.27, 0.06, 32],
    accent: [0.6, 0.18, 33],
    second: [0.52, 0.07, 190],
  },
  {
    words: /snow|winter|\bice\b|arctic|frost|cold/i,
    sky: [
      [0.7, 0.06, 245],
      [0.86, 0.03, 235],
      [0.96, 0.015, 225],
    ],
    light: [0.99, 0.02, 90],
    far: [0.87, 0.03, 238],
    near: [0.36, 0.07, 250],
    accent: [0.64, 0.17, 28],
    second: [0.6, 0.08, 200],
  },
  {
    words: /desert|dune|sand|terracotta|clay|adobe|rust|\bmars\b/i,
    sky: [
      [0.72, 0.07, 225],
      [0.89, 0.04, 80],
      [0.94, 0.055, 72],
    ],
    light: [0.985, 0.045, 85],
    far: [0.82, 0.085, 62],
    near: [0.42, 0.11, 38],
    accent: [0.58, 0.15, 36],
    second: [0.6, 0.06, 150],
  },
  {
    words: /forest|jungle|moss|wood|garden|spring|meadow|fern|leaf|leaves/i,
    sky: [
      [0.8, 0.055, 160],
      [0.9, 0.055, 125],
      [0.96, 0.05, 105],
    ],
    light: [0.985, 0.06, 105],
    far: [0.77, 0.06, 155],
    near: [0.27, 0.055, 162],
    accent: [0.7, 0.16, 45],
    second: [0.63, 0.12, 130],
  },
  {
    words: /blossom|cherry|pastel|candy|rose\b|\bsoft\b|baby/i,
    sky: [
      [0.83, 0.06, 300],
      [0.9, 0.05, 350],
      [0.96, 0.035, 50],
    ],
    light: [0.99, 0.03, 80],
    far: [0.83, 0.075, 352],
    near: [0.42, 0.11, 355],
    accent: [0.68, 0.16, 15],
    second: [0.73, 0.085, 190],
  },
  {
    words: /tropic|lagoon|coral|turquoise|beach|palm/i,
    sky: [
      [0.64, 0.1, 215],
      [0.83, 0.075, 195],
      [0.95, 0.05, 100],
    ],
    light: [0.99, 0.05, 95],
    far: [0.74, 0.09, 195],
    near: [0.3, 0.07, 220],
    accent: [0.71, 0.17, 32],
    second: [0.78, 0.1, 165],
  },
  {
    words: /noon|summer|sunny|mediterranean|greek|clear|\bday\b|bright/i,
    sky: [
      [0.6, 0.125, 248],
      [0.77, 0.085, 238],
      [0.93, 0.03, 220],
    ],
    light: [0.99, 0.03, 100],
    far: [0.77, 0.065, 235],
    near: [0.34, 0.1, 255],
    accent: [0.7, 0.16, 48],
    second: [0.62, 0.1, 170],
  },
  {
    words: /monochrome|\bink\b|minimal|gr[ae]y|japan|zen|noir|black and white/i,
    sky: [
      [0.85, 0.012, 85],
      [0.91, 0.014, 85],
      [0.96, 0.014, 85],
    ],
    light: [0.99, 0.01, 90],
    far: [0.76, 0.012, 80],
    near: [0.24, 0.012, 60],
    accent: [0.58, 0.19, 29],
    second: [0.52, 0.02, 250],
  },
  {
    words: /citrus|lemon|mustard|ochre|honey|sunflower/i,
    sky: [
      [0.83, 0.13, 85],
      [0.9, 0.11, 92],
      [0.96, 0.06, 98],
    ],
    light: [0.99, 0.04, 100],
    far: [0.83, 0.12, 80],
    near: [0.36, 0.07, 55],
    accent: [0.62, 0.17, 38],
    second: [0.55, 0.09, 215],
  },
  {
    words: /studio|plaster|linen|ceramic|vase|sage|portrait/i,
    sky: [
      [0.8, 0.03, 75],
      [0.88, 0.03, 78],
      [0.94, 0.025, 82],
    ],
    light: [0.99, 0.03, 88],
    far: [0.82, 0.045, 65],
    near: [0.33, 0.05, 40],
    accent: [0.63, 0.13, 42],
    second: [0.65, 0.05, 150],
  },
]

/** Colour words by hue; what they name has the same hue in every mood. */
const hues: readonly (readonly [RegExp, number, number])[] = [
  [/\bred\b|crimson|scarlet|poppy|poppies/i, 27, 0.19],
  [/orange|tangerine/i, 50, 0.17],
  [/terracotta|rust|copper/i, 40, 0.13],
  [/yellow|gold\b|mustard|lemon/i, 90, 0.15],
  [/sage|olive/i, 135, 0.06],
  [/green|emerald|mint/i, 155, 0.12],
  [/teal|turquoise|cyan/i, 195, 0.1],
  [/blue|azure|cobalt|navy|indigo/i, 255, 0.14],
  [/violet|purple|lavender|lilac/i, 300, 0.14],
  [/pink|magenta|fuchsia|coral/i, 5, 0.15],
]

/** The colours that the prompt names, in order. */
export function namedColors(prompt: string): readonly { hue: number; chroma: number }[] {
  return hues
    .map(([words, hue, chroma]) => ({ hue, chroma, at: prompt.search(words) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
}

/** Colours for a prompt: its mood and the colours it names, or else any mood; slightly different every time. */
export function choosePalette(prompt: string, random: Random): Palette {
  const mood = moods.find(({ words }) => words.test(prompt)) ?? pick(random, moods)
  const drift = between(random, -9, 9)
  const [first, second] = namedColors(prompt)
  // A colour keeps its chroma and turns towards the named one; a grey takes on the hue.
  const turn = ([lightness, chroma, hue]: Color, share: number): Color => {
    if (!first) return [lightness, chroma, hue + drift]
    if (chroma < 0.025) return [lightness, Math.max(chroma, first.chroma * 0.45), first.hue + drift]
    return [lightness, chroma, hue + drift + hueTurn(hue, first.hue) * share]
  }
  const strong = ([lightness]: Color, color: { hue: number; chroma: number }): Color => [
    lightness,
    color.chroma,
    color.hue,
  ]
  const [top, middle, low] = mood.sky
  return {
    sky: [turn(top, 0.5), turn(middle, 0.5), turn(low, 0.5)],
    light: mood.light,
    far: turn(mood.far, 0.8),
    near: turn(mood.near, 0.8),
    accent: first ? strong(mood.accent, first) : turn(mood.accent, 0),
    second: second ? strong(mood.second, second) : turn(mood.second, 0.3),
    isNight: mood.isNight ?? false,
  }
}
