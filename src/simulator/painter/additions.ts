import { type Color, css, mix, shift } from './color.ts'
import { circle, curveThrough, ellipse, glow, type Point, path, rect, round, type SceneCanvas } from './scene-canvas.ts'

/** Something drawn over an edited image, as the body of an SVG document. */
export type Addition = (canvas: SceneCanvas) => string

const numbers = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]
const warm: Color = [0.8, 0.15, 65]
const pale: Color = [0.97, 0.05, 88]

/** How many of a thing the prompt asks for: "three paper lanterns", "3 lanterns". */
function countIn(canvas: SceneCanvas, otherwise: number): number {
  const found = numbers.findIndex((name, count) => count > 0 && canvas.has(new RegExp(`\\b(${name}|${count})\\b`, 'i')))
  return found > 0 ? found : otherwise
}

/** Paper lanterns in the air, near ones larger, each with its light. */
export function addLanterns(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const count = countIn(canvas, 6)
  const lanterns = Array.from({ length: count }, (_, index) => {
    const depth = (index * 0.618 + 0.2) % 1
    const x = width * (0.09 + (0.82 * (index + canvas.between(0.2, 0.8))) / count)
    const y = height * (0.2 + canvas.between(0, 0.36) + depth * 0.08)
    return { depth, x, y, size: 20 + depth * 40 }
  }).sort((one, other) => one.depth - other.depth)
  return lanterns.map(({ x, y, size }) => lantern(canvas, x, y, size)).join('')
}

function lantern(canvas: SceneCanvas, x: number, y: number, size: number): string {
  const tone: Color = [0.76, 0.15, canvas.between(45, 70)]
  const body = `M${round(-size * 0.42)} ${round(-size)}C${round(-size * 0.95)} ${round(-size * 0.5)} ${round(-size * 0.95)} ${round(size * 0.5)} ${round(-size * 0.42)} ${round(size)}H${round(size * 0.42)}C${round(size * 0.95)} ${round(size * 0.5)} ${round(size * 0.95)} ${round(-size * 0.5)} ${round(size * 0.42)} ${round(-size)}Z`
  const fill = canvas.radial(
    [
      [0, pale],
      [0.45, mix(pale, tone, 0.55)],
      [1, shift(tone, -0.14)],
    ],
    [0.5, 0.62, 0.62],
  )
  const ribs = [-0.62, -0.28, 0.06, 0.4, 0.72].map((share) => {
    const half = size * 0.83 * Math.sqrt(1 - share * share * 0.62)
    return `M${round(-half)} ${round(size * share)}Q0 ${round(size * (share + 0.1))} ${round(half)} ${round(size * share)}`
  })
  const dark = css(shift(tone, -0.42, -0.06))
  const cap = (at: number) =>
    rect(-size * 0.44, size * at - size * 0.07, size * 0.88, size * 0.14, dark, `rx="${round(size * 0.05)}"`)
  return (
    glow(canvas, x, y, size * 4.6, warm, 0.62) +
    `<g transform="translate(${round(x)} ${round(y)}) rotate(${round(canvas.between(-5, 5))})">` +
    path(`M0 ${round(-size * 1.05)}V${round(-size * 1.7)}`, 'none', `stroke="${dark}" stroke-width="1.5"`) +
    path(body, fill) +
    path(ribs.join(''), 'none', `stroke="${css(shift(tone, -0.16))}" stroke-opacity=".5" stroke-width="1.3"`) +
    cap(-1) +
    cap(1) +
    path(
      `M0 ${round(size * 1.07)}V${round(size * 1.55)}`,
      'none',
      `stroke="${css(shift(tone, -0.1))}" stroke-width="2.4"`,
    ) +
    '</g>'
  )
}

/** Strings of small lamps from side to side. */
export function addLamps(canvas: SceneCanvas): string {
  const { width, height } = canvas
  return [0.1, 0.24]
    .map((share) => {
      const y = height * share
      const sag = height * canvas.between(0.08, 0.14)
      const wire = path(
        `M0 ${round(y)}Q${round(width / 2)} ${round(y + sag * 2)} ${round(width)} ${round(y - 20)}`,
        'none',
        'stroke="#1a1a20" stroke-opacity=".7" stroke-width="2"',
      )
      const lamps = Array.from({ length: 13 }, (_, index) => {
        const at = (index + 0.5) / 13
        const drop = 2 * at * (1 - at) * (y + sag * 2) + (1 - at) ** 2 * y + at ** 2 * (y - 20)
        return glow(canvas, at * width, drop + 9, 62, warm, 0.7) + circle(at * width, drop + 9, 8, css(pale))
      })
      return wire + lamps.join('')
    })
    .join('')
}

export function addMoon(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const x = width * (canvas.random() < 0.5 ? canvas.between(0.16, 0.34) : canvas.between(0.66, 0.84))
  const y = height * canvas.between(0.12, 0.2)
  const white: Color = [0.97, 0.02, 95]
  const specks = Array.from({ length: 130 }, () => {
    const fade = canvas.random() ** 2
    return circle(
      canvas.random() * width,
      canvas.random() ** 1.6 * height * 0.48,
      0.6 + fade * 1.5,
      css(white, 0.2 + fade * 0.75),
    )
  })
  const seas = [
    [-14, -8, 11],
    [10, 6, 14],
    [-4, 18, 7],
    [16, -16, 6],
  ].map(([dx = 0, dy = 0, radius = 0]) => circle(x + dx, y + dy, radius, css([0.86, 0.02, 90], 0.5)))
  return specks.join('') + glow(canvas, x, y, 330, white, 0.5) + circle(x, y, 42, css(white)) + seas.join('')
}

export function addSun(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const x = width * (canvas.random() < 0.5 ? 0.14 : 0.86)
  const y = height * 0.2
  const veil = rect(
    0,
    0,
    width,
    height,
    canvas.linear([
      [0, [0.72, 0.15, 45], 0.42],
      [0.5, [0.86, 0.12, 70], 0.2],
      [1, [0.5, 0.1, 30], 0.1],
    ]),
  )
  return veil + glow(canvas, x, y, Math.max(width, height) * 0.85, [0.93, 0.12, 80], 0.85)
}

export function addSnow(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const white: Color = [0.99, 0.008, 230]
  const flakes = Array.from({ length: 230 }, () => {
    const size = canvas.random() ** 3
    const [x, y] = [canvas.random() * width, canvas.random() * height]
    return size > 0.45
      ? circle(x, y, 5 + size * 12, canvas.halo(white, 0.75))
      : circle(x, y, 1.2 + size * 6, css(white, 0.55 + canvas.random() * 0.4))
  })
  const drift = path(
    `M0 ${round(height * 0.95)}C${round(width * 0.3)} ${round(height * 0.88)} ${round(width * 0.6)} ${round(height * 0.99)} ${round(width)} ${round(height * 0.92)}V${round(height)}H0Z`,
    canvas.blend([white, [0.88, 0.03, 240]]),
  )
  return rect(0, height * 0.5, width, height * 0.5, canvas.fade(white, 0, 0.55)) + drift + flakes.join('')
}

export function addRain(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const lines = Array.from({ length: 260 }, () => {
    const long = canvas.between(18, 62)
    return `M${round(canvas.random() * width * 1.1)} ${round(canvas.random() * height)}l${round(-long * 0.22)} ${round(long)}`
  })
  const mist = rect(0, height * 0.55, width, height * 0.45, canvas.fade([0.78, 0.03, 240], 0, 0.42))
  return (
    mist +
    path(lines.join(''), 'none', 'stroke="#dfe9f5" stroke-opacity=".4" stroke-width="1.3" stroke-linecap="round"')
  )
}

export function addPetals(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  return Array.from({ length: 46 }, () => {
    const size = canvas.between(6, 24)
    const color = mix(canvas.random() < 0.7 ? [0.83, 0.1, 5] : palette.accent, [0.97, 0.02, 40], canvas.random() * 0.7)
    const shape = `M0 0C${round(size)} ${round(-size)} ${round(size * 1.6)} ${round(size * 0.3)} 0 ${round(size * 1.5)}C${round(-size * 0.7)} ${round(size * 0.6)} ${round(-size * 0.6)} ${round(-size * 0.4)} 0 0Z`
    return path(
      shape,
      css(color, 0.88),
      `transform="translate(${round(canvas.random() * width)} ${round(canvas.random() * height)}) rotate(${round(canvas.between(0, 360))})"`,
    )
  }).join('')
}

export function addMist(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const white: Color = [0.97, 0.012, 80]
  const banks = Array.from({ length: 12 }, () =>
    ellipse(
      canvas.random() * width,
      height * canvas.between(0.45, 1),
      width * canvas.between(0.25, 0.5),
      height * canvas.between(0.04, 0.12),
      canvas.halo(white, 0.55),
    ),
  )
  return rect(0, height * 0.3, width, height * 0.7, canvas.fade(white, 0, 0.62)) + banks.join('')
}

/** A light leak from one side, and dark corners. */
export function addLeak(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const side = canvas.random() < 0.5 ? 0 : 1
  const leak = rect(
    0,
    0,
    width,
    height,
    canvas.linear(
      [
        [0, [0.75, 0.18, 45], 0.55],
        [0.16, [0.8, 0.16, 60], 0.3],
        [0.42, [0.8, 0.14, 60], 0],
      ],
      [side, 0, 1 - side, 0.25],
    ),
  )
  return leak + addCorners(canvas)
}

export function addCorners(canvas: SceneCanvas): string {
  const dark: Color = [0.1, 0.02, 40]
  return rect(
    0,
    0,
    canvas.width,
    canvas.height,
    canvas.radial(
      [
        [0.5, dark, 0],
        [1, dark, 0.58],
      ],
      [0.5, 0.5, 0.74],
    ),
  )
}

/** The sky in the named colour, from the top down. */
export function addSkyColor(canvas: SceneCanvas): string {
  const { accent } = canvas.palette
  const deep = shift(accent, -0.12)
  return rect(
    0,
    0,
    canvas.width,
    canvas.height,
    canvas.linear([
      [0, deep, 0.62],
      [0.34, accent, 0.4],
      [0.66, accent, 0],
    ]),
  )
}

/** Neon light from two sides. */
export function addNeon(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const reach = Math.max(width, height) * 0.7
  return (
    glow(canvas, 0, height * 0.35, reach, [0.68, 0.24, 350], 0.5) +
    glow(canvas, width, height * 0.7, reach, [0.8, 0.14, 205], 0.45) +
    addCorners(canvas)
  )
}

/** A paper margin: the paint ends before the edges. */
export function addPaperEdge(canvas: SceneCanvas): string {
  const { width, height } = canvas
  const paper = css([0.965, 0.012, 85])
  const inset = Math.min(width, height) * 0.042
  const outline = () => {
    const wobble = () => inset * canvas.between(0.75, 1.25)
    const along = Array.from({ length: 9 }, (_, index) => index / 8)
    const points: Point[] = [
      ...along.map((share): Point => [inset + share * (width - inset * 2), wobble()]),
      ...along.slice(1).map((share): Point => [width - wobble(), inset + share * (height - inset * 2)]),
      ...along.slice(1).map((share): Point => [width - inset - share * (width - inset * 2), height - wobble()]),
      ...along.slice(1, -1).map((share): Point => [wobble(), height - inset - share * (height - inset * 2)]),
    ]
    const [first = [inset, inset]] = points
    return `M${round(first[0])} ${round(first[1])}${curveThrough([...points, first])}Z`
  }
  // Three layers that end in slightly different places, as wet paint does.
  return [0.45, 0.55, 1]
    .map(
      (opacity) =>
        `<path d="M-5 -5H${round(width + 5)}V${round(height + 5)}H-5Z${outline()}" fill-rule="evenodd" fill="${paper}" fill-opacity="${opacity}"/>`,
    )
    .join('')
}

/** A ball in the accent colour with its shadow, in the middle: a placeholder for any object that was asked for. */
export function addBall(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const [x, y, radius] = [width / 2, height * 0.47, Math.min(width, height) * 0.3]
  const [lightness, chroma, hue] = palette.accent
  const tone: Color = [Math.min(0.72, Math.max(0.5, lightness)), Math.max(0.14, chroma), hue]
  const body = canvas.radial(
    [
      [0, mix(tone, [0.98, 0.02, hue], 0.75)],
      [0.35, tone],
      [1, shift(tone, -0.3)],
    ],
    [0.36, 0.3, 0.8],
  )
  return (
    ellipse(x, y + radius * 1.08, radius * 0.95, radius * 0.2, canvas.halo([0.08, 0.01, 260], 0.6)) +
    circle(x, y, radius, body)
  )
}
