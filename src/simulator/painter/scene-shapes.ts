import { type Color, css, hueTurn, mix, shift } from './color.ts'
import {
  circle,
  createNoise,
  curveThrough,
  ellipse,
  glow,
  type Point,
  path,
  rect,
  round,
  type SceneCanvas,
} from './scene-canvas.ts'

/** Sheets of cut paper, each with a smaller opening than the one above it. */
export function paintPaperCut(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const sheets = 7
  const centre: Point = [width * canvas.between(0.36, 0.64), height * canvas.between(0.36, 0.62)]
  // From dark to light and from one hue to the other, so that each sheet stands out from the next.
  const from: Color = [palette.isNight ? 0.24 : 0.42, Math.max(0.05, palette.second[1] * 0.8), palette.second[2]]
  const to: Color = [0.83, palette.accent[1] * 0.8, palette.accent[2]]
  const noise = createNoise(canvas.random, 2)
  const reach = Math.max(width, height) * 0.72
  const floor = mix(to, palette.light, palette.isNight ? 0.55 : 0.2)
  const deepest =
    rect(0, 0, width, height, css(floor)) +
    glow(canvas, ...centre, reach * 0.4, palette.light, 0.75) +
    circle(...centre, Math.min(width, height) * 0.055, css(palette.light))
  const layers = Array.from({ length: sheets }, (_, index) => {
    const depth = 1 - index / (sheets - 1)
    const color: Color = [
      from[0] + (to[0] - from[0]) * depth,
      from[1] + (to[1] - from[1]) * depth,
      from[2] + hueTurn(from[2], to[2]) * depth,
    ]
    const opening = blob(centre, reach * (0.17 + (1 - depth) * 0.66), noise, index * 0.55, width / height)
    const sheet = `M-60 -60H${round(width + 60)}V${round(height + 60)}H-60Z${opening}`
    const shadows = [22, 13, 6].map(
      (offset) =>
        `<path d="${sheet}" fill-rule="evenodd" fill="${css(palette.near, 0.12)}" transform="translate(${offset * 0.5} ${offset})"/>`,
    )
    const fill = canvas.blend([shift(color, 0.035), shift(color, -0.03)], [0, 0, 1, 1])
    const edge = `<path d="${opening}" fill="none" stroke="${css(shift(color, 0.09), 0.75)}" stroke-width="1.6"/>`
    return `${shadows.join('')}<path d="${sheet}" fill-rule="evenodd" fill="${fill}"/>${edge}`
  })
  return deepest + layers.join('')
}

function blob([x, y]: Point, radius: number, noise: (at: number) => number, phase: number, share: number): string {
  const points: Point[] = Array.from({ length: 25 }, (_, index) => {
    const angle = (index % 24) * (Math.PI / 12)
    // Noise sampled on a circle, so that the outline closes without a seam.
    const wobble = noise(4 + Math.cos(angle) * 1.6 + phase) + noise(40 + Math.sin(angle) * 1.6 + phase) - 1
    const long = radius * (1 + wobble * 0.62)
    return [
      x + Math.cos(angle) * long * Math.min(1.25, Math.sqrt(share)),
      y + Math.sin(angle) * long * Math.min(1.1, 1 / Math.sqrt(share)),
    ]
  })
  const [first = [x, y]] = points
  return `M${round(first[0])} ${round(first[1])}${curveThrough(points)}Z`
}

/** Quarter discs, discs and arcs on a grid, like a woodblock print. */
export function paintGeometry(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const columns = Math.max(3, Math.round(width / 215))
  const cell = width / columns
  const rows = Math.ceil(height / cell)
  const top = (height - rows * cell) / 2
  const paper = palette.isNight ? palette.near : mix(palette.sky[2], palette.light, 0.4)
  const inks = [
    palette.accent,
    palette.second,
    palette.near,
    mix(palette.far, palette.accent, 0.25),
    mix(palette.accent, palette.light, 0.5),
  ]
  const ink = () => inks[Math.floor(canvas.random() * inks.length)] ?? palette.accent
  const tiles = Array.from({ length: rows * columns }, (_, index) => {
    const x = (index % columns) * cell
    const y = top + Math.floor(index / columns) * cell
    const ground = canvas.random() < 0.42 ? ink() : paper
    const color = ground === paper ? ink() : canvas.random() < 0.6 ? paper : ink()
    return (
      rect(x, y, cell + 0.5, cell + 0.5, css(ground)) +
      `<g transform="translate(${round(x + cell / 2)} ${round(y + cell / 2)}) rotate(${90 * Math.floor(canvas.random() * 4)})">${tile(canvas, cell / 2, color, ink())}</g>`
    )
  })
  const light = rect(
    0,
    0,
    width,
    height,
    canvas.linear(
      [
        [0, palette.light, 0.14],
        [1, palette.near, 0.16],
      ],
      [0, 0, 1, 1],
    ),
  )
  return rect(0, 0, width, height, css(paper)) + tiles.join('') + light
}

function tile(canvas: SceneCanvas, half: number, color: Color, other: Color): string {
  const quarter = (radius: number, fill: Color) =>
    path(
      `M${round(-half)} ${round(-half)}H${round(radius - half)}A${round(radius)} ${round(radius)} 0 0 1 ${round(-half)} ${round(radius - half)}Z`,
      css(fill),
    )
  switch (Math.floor(canvas.random() * 6)) {
    case 0:
      return quarter(half * 2, color)
    case 1:
      return [2, 1.5, 1, 0.5].map((share, index) => quarter(half * share, index % 2 === 0 ? color : other)).join('')
    case 2:
      return circle(0, 0, half * 0.72, css(color)) + circle(0, 0, half * 0.3, css(other))
    case 3:
      return (
        path(`M${round(-half)} 0A${round(half)} ${round(half)} 0 0 1 ${round(half)} 0Z`, css(color)) +
        path(
          `M${round(-half)} ${round(half)}A${round(half)} ${round(half)} 0 0 1 ${round(half)} ${round(half)}Z`,
          css(other),
        )
      )
    case 4:
      return path(
        `M${round(-half)} ${round(half)}L${round(half)} ${round(half)}L${round(half)} ${round(-half)}Z`,
        css(color),
      )
    default:
      return (
        path(
          `M${round(-half)} 0A${round(half)} ${round(half)} 0 0 1 0 ${round(-half)}A${round(half)} ${round(half)} 0 0 1 ${round(half)} 0A${round(half)} ${round(half)} 0 0 1 0 ${round(half)}A${round(half)} ${round(half)} 0 0 1 ${round(-half)} 0Z`,
          css(color),
        ) + ellipse(0, 0, half * 0.92, half * 0.38, css(other))
      )
  }
}

/** A planet with its moons in a dusty sky. */
export function paintCosmos(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const deep: Color = [0.15, 0.05, palette.sky[0][2]]
  const side = Math.min(width, height)
  const ground = rect(
    0,
    0,
    width,
    height,
    canvas.linear(
      [
        [0, deep],
        [0.6, mix(deep, palette.sky[0], 0.35)],
        [1, mix(deep, palette.accent, 0.3)],
      ],
      [0, 0, 1, 1],
    ),
  )
  const dust = Array.from({ length: 7 }, (_, index) =>
    glow(
      canvas,
      canvas.random() * width,
      canvas.random() * height,
      side * canvas.between(0.3, 0.7),
      index % 2 === 0 ? palette.accent : palette.second,
      0.2,
    ),
  )
  const specks = Array.from({ length: 420 }, () => {
    const size = canvas.random() ** 4
    return circle(
      canvas.random() * width,
      canvas.random() * height,
      0.5 + size * 2.1,
      css(palette.light, 0.25 + canvas.random() * 0.7),
    )
  })
  const x = width * canvas.between(0.38, 0.62)
  const y = height * canvas.between(0.42, 0.6)
  const radius = side * canvas.between(0.22, 0.3)
  const moon: Point = [
    x + radius * canvas.between(1.35, 1.7) * (canvas.random() < 0.5 ? -1 : 1),
    y - radius * canvas.between(0.7, 1.3),
  ]
  return [
    ground,
    ...dust,
    ...specks,
    planet(canvas, [x, y], radius, deep),
    sphere(canvas, moon, radius * 0.17, mix(palette.light, palette.second, 0.25), deep),
  ].join('')
}

function planet(canvas: SceneCanvas, [x, y]: Point, radius: number, deep: Color): string {
  const { palette } = canvas
  const clip = canvas.define(
    `<clipPath id="{id}"><circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}"/></clipPath>`,
  )
  const bands = Array.from({ length: 13 }, (_, index) => {
    const top = y - radius + (index / 13) * radius * 2
    const fill = css(
      mix(palette.accent, index % 3 === 0 ? palette.light : palette.second, canvas.between(0.05, 0.5)),
      0.55,
    )
    const bend = radius * 0.16
    return path(
      `M${round(x - radius)} ${round(top)}Q${round(x)} ${round(top + bend)} ${round(x + radius)} ${round(top)}v${round(canvas.between(0.05, 0.16) * radius)}Q${round(x)} ${round(top + bend * 2)} ${round(x - radius)} ${round(top + radius * 0.1)}Z`,
      fill,
    )
  })
  const shade = circle(
    x,
    y,
    radius,
    canvas.radial(
      [
        [0, palette.light, 0.3],
        [0.4, deep, 0],
        [0.78, deep, 0.62],
        [1, deep, 0.94],
      ],
      [0.3, 0.28, 0.85],
    ),
  )
  const ball = [circle(x, y, radius, css(palette.accent)), `<g clip-path="${clip}">`, ...bands, '</g>', shade].join('')
  const ring = (half: 0 | 1) => {
    const arcs = [1.5, 1.66, 1.78, 1.94].map((share, index) => {
      const across = radius * share
      const color = css(mix(palette.light, palette.accent, index * 0.2), 0.75 - index * 0.12)
      return `<path d="M${round(-across)} 0A${round(across)} ${round(across * 0.24)} 0 0 ${half} ${round(across)} 0" fill="none" stroke="${color}" stroke-width="${round(radius * (index === 1 ? 0.1 : 0.045))}"/>`
    })
    return `<g transform="translate(${round(x)} ${round(y)}) rotate(-17)">${arcs.join('')}</g>`
  }
  return glow(canvas, x, y, radius * 1.8, palette.accent, 0.5) + ring(1) + ball + ring(0)
}

function sphere(canvas: SceneCanvas, [x, y]: Point, radius: number, color: Color, deep: Color): string {
  return circle(
    x,
    y,
    radius,
    canvas.radial(
      [
        [0, shift(color, 0.05)],
        [0.5, color],
        [0.85, mix(color, deep, 0.7)],
        [1, deep],
      ],
      [0.32, 0.3, 0.8],
    ),
  )
}
