import type { Size } from './painter.ts'
import { choosePalette } from './palette.ts'
import { createRandom, pick } from './random.ts'
import { paintArches } from './scene-arches.ts'
import { createSceneCanvas, type SceneCanvas } from './scene-canvas.ts'
import { paintCity } from './scene-city.ts'
import { paintCreature, paintPortrait } from './scene-figures.ts'
import { paintDunes, paintHills } from './scene-land.ts'
import { paintPlants } from './scene-plants.ts'
import { paintSea } from './scene-sea.ts'
import { paintCosmos, paintGeometry, paintPaperCut } from './scene-shapes.ts'
import { paintStillLife } from './scene-still-life.ts'

type Scene = (canvas: SceneCanvas) => string

/** Subjects by their words; the first match is painted. */
const subjects: readonly (readonly [RegExp, Scene])[] = [
  [/portrait|woman|\bman\b|girl|\bboy\b|person|people|\bface\b|model\b|dancer|fashion/i, paintPortrait],
  [
    /\bfox(es)?\b|\bcats?\b|wolf|husky|\bdogs?\b|\bbears?\b|panda|rabbit|\bhare\b|bunny|kitten|tiger|animal/i,
    paintCreature,
  ],
  [/planet|space|cosmos|galaxy|nebula|astronaut|universe|orbit|saturn/i, paintCosmos],
  [/still life|vase|bottle|\bjug\b|ceramic|pear\b|fruit|perfume|\bcups?\b|product|teapot|bowl|mug\b/i, paintStillLife],
  [/paper[- ]?cut|cut[- ]?paper|abstract|layers of paper|organic shapes|fluid/i, paintPaperCut],
  [/geometr|bauhaus|pattern|\bgrid\b|tiles?\b|mosaic|woodblock|logo|icon/i, paintGeometry],
  [
    /\barch(es)?\b|courtyard|villa|stairs?\b|architecture|temple|\bhouse|interior|\brooms?\b|\bdoors?\b|palace|cloister/i,
    paintArches,
  ],
  [/city|skyline|street|building|skyscraper|tokyo|new york|bokeh|downtown|neon/i, paintCity],
  [/flower|poppy|poppies|tulip|daisy|daisies|botanical|herb|bouquet|grasses|plant|bloom|lavender|garden/i, paintPlants],
  [/\bsea\b|ocean|coast|beach|lighthouse|boat|sail|harbou?r|horizon|wave|bay\b|island/i, paintSea],
  [/desert|dune|sahara|\bmars\b/i, paintDunes],
  [
    /mountain|hill|valley|\balps?\b|landscape|lake|forest|woods?\b|fjord|canyon|sunrise|sunset|sky\b|field|meadow/i,
    paintHills,
  ],
]

const anything: readonly [Scene, ...Scene[]] = [
  paintHills,
  paintSea,
  paintDunes,
  paintStillLife,
  paintPlants,
  paintPaperCut,
  paintGeometry,
  paintArches,
  paintCity,
  paintCosmos,
]

/** An image for a prompt, as an SVG document of that size. Another seed gives another image of the same subject. */
export function paintScene(prompt: string, size: Size, seed: number): string {
  const random = createRandom(seed)
  const canvas = createSceneCanvas(size, prompt, choosePalette(prompt, random), random)
  const scene = subjects.find(([words]) => words.test(prompt))?.[1] ?? pick(random, anything)
  return canvas.document(scene(canvas), size)
}
