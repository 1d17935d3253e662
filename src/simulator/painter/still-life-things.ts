import { type Color, css, mix, shift } from './color.ts'
import { curveThrough, ellipse, type Point, path, round, type SceneCanvas } from './scene-canvas.ts'

/** Something that stands on a shelf. */
export interface Thing {
  x: number
  half: number
  tall: number
  /** How far in front of the shelf's middle it stands. */
  forward: number
  paint(ground: number): string
}

/** Half profiles as fractions of half the width and of the height, from the foot to the rim. */
const profiles: readonly (readonly Point[])[] = [
  [
    [0.5, 0],
    [0.92, 0.18],
    [1, 0.4],
    [0.72, 0.62],
    [0.3, 0.76],
    [0.26, 0.9],
    [0.4, 1],
  ],
  [
    [0.62, 0],
    [0.8, 0.1],
    [1, 0.45],
    [0.9, 0.72],
    [0.55, 0.9],
    [0.62, 1],
  ],
  [
    [0.72, 0],
    [0.76, 0.3],
    [0.74, 0.52],
    [0.34, 0.68],
    [0.24, 0.78],
    [0.24, 0.94],
    [0.3, 1],
  ],
  [
    [0.4, 0],
    [0.44, 0.08],
    [0.86, 0.4],
    [1, 0.72],
    [0.98, 1],
  ],
  [
    [0.7, 0],
    [0.9, 0.06],
    [0.94, 0.5],
    [0.9, 0.94],
    [0.86, 1],
  ],
]

/** A vase, a bottle, a cup or a jar; the main one is taller and may hold twigs. */
export function vessel(canvas: SceneCanvas, x: number, tall: number, color: Color, isMain: boolean): Thing {
  const { palette } = canvas
  const profile = profiles[Math.floor(canvas.random() * (isMain ? 3 : profiles.length))] ?? []
  const half = tall * (isMain ? canvas.between(0.24, 0.3) : canvas.between(0.26, 0.4))
  const forward = canvas.between(4, 40)
  const hasTwig = isMain && canvas.random() < 0.75
  const paint = (ground: number) => {
    const right: Point[] = profile.map(([out, up]) => [x + out * half, ground - up * tall])
    const left: Point[] = [...right].reverse().map(([px, py]) => [2 * x - px, py])
    const [foot = [x, ground]] = right
    const rim = right.at(-1) ?? foot
    const rimHalf = rim[0] - x
    const footHalf = foot[0] - x
    const body = `M${round(foot[0])} ${round(foot[1])}${curveThrough(right)}A${round(rimHalf)} ${round(rimHalf * 0.2)} 0 0 0 ${round(2 * x - rim[0])} ${round(rim[1])}${curveThrough(left)}A${round(footHalf)} ${round(footHalf * 0.2)} 0 0 0 ${round(foot[0])} ${round(foot[1])}Z`
    const dark = mix(shift(color, -0.24), palette.near, 0.3)
    const shade = canvas.linear(
      [
        [0, shift(color, -0.05)],
        [0.22, shift(color, 0.09, -0.01)],
        [0.42, color],
        [0.78, mix(color, dark, 0.72)],
        [0.94, dark],
        [1, mix(dark, color, 0.28)],
      ],
      [0, 0, 1, 0],
    )
    const gloss = path(
      `M${round(x - half * 0.5)} ${round(ground - tall * 0.26)}q${round(-half * 0.12)} ${round(-tall * 0.16)} ${round(half * 0.06)} ${round(-tall * 0.28)}`,
      'none',
      `stroke="${css(palette.light, 0.42)}" stroke-width="${round(half * 0.09)}" stroke-linecap="round"`,
    )
    const mouth = ellipse(x, rim[1], rimHalf, rimHalf * 0.2, canvas.blend([shift(dark, -0.06), mix(color, dark, 0.5)]))
    return (hasTwig ? twig(canvas, x, rim[1], tall) : '') + path(body, shade) + gloss + mouth
  }
  return { x, half, tall, forward, paint }
}

function twig(canvas: SceneCanvas, x: number, y: number, tall: number): string {
  const { palette } = canvas
  const green = mix(palette.second, palette.near, 0.3)
  return [-1, 0.15, 1]
    .map((side) => {
      const lean = side * canvas.between(60, 120)
      const up = Math.min(y - 50, tall * canvas.between(0.55, 0.85))
      const stem = `M${round(x)} ${round(y + 6)}Q${round(x + lean * 0.15)} ${round(y - up * 0.6)} ${round(x + lean)} ${round(y - up)}`
      const leaves = Array.from({ length: 9 }, (_, index) => {
        const share = 0.28 + index * 0.085
        const px = x + lean * (0.3 * share * (1 - share) + share * share)
        const py = y + 6 - up * (1.2 * share * (1 - share) + share * share)
        const turn = Math.atan2(-up, lean) * 57.3 + (index % 2 === 0 ? 44 : -44)
        const color = mix(green, palette.far, canvas.random() * 0.35)
        return path(
          'M0 0Q17 -13 44 0Q17 11 0 0Z',
          css(color),
          `transform="translate(${round(px)} ${round(py)}) rotate(${round(turn)}) scale(${round(1.15 - share * 0.45)})"`,
        )
      })
      return (
        path(stem, 'none', `stroke="${css(shift(green, -0.08))}" stroke-width="3" stroke-linecap="round"`) +
        leaves.join('')
      )
    })
    .join('')
}

/** An apple or a pear. */
export function fruit(canvas: SceneCanvas, x: number, color: Color): Thing {
  const half = canvas.between(44, 68)
  const isPear = canvas.has(/pear/i) || (!canvas.has(/apple|lemon/i) && canvas.random() < 0.35)
  const tall = half * (isPear ? 2.5 : 1.86)
  const forward = canvas.between(30, 62)
  const dark = mix(shift(color, -0.22), canvas.palette.near, 0.35)
  const fill = canvas.radial(
    [
      [0, shift(color, 0.13)],
      [0.35, shift(color, 0.03)],
      [0.75, mix(color, dark, 0.62)],
      [1, dark],
    ],
    [0.34, isPear ? 0.55 : 0.32, 0.75],
  )
  const paint = (ground: number) => {
    const up = (share: number) => round(ground - tall * share)
    const side = (share: number) => round(x + half * share)
    const body = isPear
      ? `M${side(0)} ${up(-0.02)}C${side(-1.25)} ${up(-0.02)} ${side(-1.15)} ${up(0.45)} ${side(-0.55)} ${up(0.62)}C${side(-0.3)} ${up(0.74)} ${side(-0.36)} ${up(0.97)} ${side(0.02)} ${up(0.98)}C${side(0.4)} ${up(0.97)} ${side(0.3)} ${up(0.74)} ${side(0.55)} ${up(0.62)}C${side(1.15)} ${up(0.45)} ${side(1.25)} ${up(-0.02)} ${side(0)} ${up(-0.02)}Z`
      : `M${side(0)} ${up(-0.02)}C${side(-1.35)} ${up(-0.02)} ${side(-1.3)} ${up(1)} ${side(0)} ${up(0.96)}C${side(1.3)} ${up(1)} ${side(1.35)} ${up(-0.02)} ${side(0)} ${up(-0.02)}Z`
    const stem = path(
      `M${side(0)} ${up(0.95)}q4 -14 ${round(half * 0.2)} ${round(-half * 0.36)}`,
      'none',
      `stroke="${css(shift(canvas.palette.near, 0.02))}" stroke-width="5" stroke-linecap="round"`,
    )
    return path(body, fill) + stem
  }
  return { x, half, tall, forward, paint }
}
