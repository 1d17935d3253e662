import { type Color, css, mix, shift } from './color.ts'
import { glow, path, polygon, rect, round, type SceneCanvas } from './scene-canvas.ts'
import { clouds, orb, sky } from './scene-land.ts'

/** Walls with arches in hard light: sky and sea behind them, long shadows in front. */
export function paintArches(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const wall = palette.isNight
    ? mix(palette.near, palette.far, 0.6)
    : canvas.has(/white|greek|plaster/i)
      ? mix(palette.light, palette.sky[2], 0.35)
      : mix(palette.accent, palette.sky[2], 0.52)
  const floor = height * canvas.between(0.8, 0.85)
  const roof = height * canvas.between(0.16, 0.24)
  const shade = mix(wall, palette.near, 0.42)
  const air =
    sky(canvas, height * 0.7) +
    orb(canvas, [width * canvas.between(0.12, 0.3), height * 0.1], canvas.between(26, 40)) +
    (palette.isNight ? '' : clouds(canvas, roof * 1.2))
  const face = rect(
    0,
    roof,
    width,
    height - roof,
    canvas.blend([shift(wall, 0.02), shift(wall, -0.06)], [0, 0, 1, 0.6]),
  )
  const cornice = rect(0, roof - 12, width, 14, css(shift(wall, 0.03))) + rect(0, roof + 2, width, 7, css(shade, 0.55))
  const count = Math.max(1, Math.round(width / 340))
  const slot = width / count
  const arches = Array.from({ length: count }, (_, index) =>
    arch(canvas, slot * (index + 0.5), floor, slot * 0.29, roof, wall),
  )
  const ground = rect(
    0,
    floor,
    width,
    height - floor,
    canvas.blend([shift(wall, -0.03), mix(wall, palette.near, 0.16)]),
  )
  const seam = rect(0, floor - 2, width, 4, css(shade, 0.4))
  const pots = Array.from({ length: count - 1 }, (_, index) =>
    canvas.random() < 0.75 ? cypress(canvas, slot * (index + 1) + canvas.between(-16, 16), floor + 16) : '',
  )
  const lean = width * 0.3
  const shadow = polygon(
    [
      [0, roof],
      [width * 0.16, roof],
      [width * 0.16 + lean, floor],
      [width * 0.05 + lean * 1.2, height],
      [0, height],
    ],
    canvas.fade(palette.near, palette.isNight ? 0.2 : 0.3, 0.16, [0, 0, 1, 1]),
  )
  return [air, face, cornice, ...arches, ground, ...pools(canvas, count, slot, floor), seam, shadow, ...pots].join('')
}

function arch(canvas: SceneCanvas, x: number, floor: number, half: number, roof: number, wall: Color): string {
  const { palette } = canvas
  const spring = Math.max(roof + half + 60, floor - half * 3.1)
  const outline = (by: number, grow: number) =>
    `M${round(x - half - grow + by)} ${round(floor)}V${round(spring)}A${round(half + grow)} ${round(half + grow)} 0 0 1 ${round(x + half + grow + by)} ${round(spring)}V${round(floor)}Z`
  const clip = canvas.define(`<clipPath id="{id}"><path d="${outline(0, 0)}"/></clipPath>`)
  const depth = half * 0.34
  const horizon = floor - half * 0.9
  const view = palette.isNight
    ? lamplight(canvas, outline(0, 0), x, half, floor)
    : path(
        outline(0, 0),
        canvas.linear([
          [0, palette.sky[0]],
          [0.75, palette.sky[2]],
          [1, palette.sky[2]],
        ]),
      ) +
      rect(
        x - half,
        horizon,
        half * 2,
        floor - horizon,
        canvas.blend([mix(palette.sky[0], palette.far, 0.3), mix(palette.near, palette.sky[0], 0.45)]),
      ) +
      rect(x - half, horizon, half * 2, 2, css(palette.light, 0.5))
  const side = mix(wall, palette.near, 0.36)
  // The inner side of the opening in a thick wall, seen from the left.
  const jamb = `<path d="${outline(0, 0)}${outline(-depth, 0)}" fill-rule="evenodd" fill="${canvas.blend([shift(side, 0.06), side])}"/>`
  const rim = path(outline(0, 0), 'none', `stroke="${css(shift(wall, 0.05), 0.9)}" stroke-width="3"`)
  return `<g clip-path="${clip}">${view}${jamb}</g>${rim}`
}

/** The light that falls through each arch onto the floor. */
function pools(canvas: SceneCanvas, count: number, slot: number, floor: number): string[] {
  const { height, palette } = canvas
  return Array.from({ length: count }, (_, index) => {
    const x = slot * (index + 0.5)
    const half = slot * 0.29
    const lean = slot * 0.42
    return polygon(
      [
        [x - half, floor],
        [x + half, floor],
        [x + half + lean, height],
        [x - half + lean, height],
      ],
      canvas.fade(palette.light, palette.isNight ? 0.18 : 0.62, 0.12),
    )
  })
}

function cypress(canvas: SceneCanvas, x: number, ground: number): string {
  const { palette } = canvas
  const tall = canvas.between(130, 210)
  const half = tall * 0.15
  const green = mix(palette.second, palette.near, 0.4)
  const pot = mix(palette.accent, palette.near, 0.18)
  const crown = `M${round(x)} ${round(ground - tall)}C${round(x + half * 1.2)} ${round(ground - tall * 0.62)} ${round(x + half * 1.1)} ${round(ground - tall * 0.34)} ${round(x)} ${round(ground - tall * 0.26)}C${round(x - half * 1.1)} ${round(ground - tall * 0.34)} ${round(x - half * 1.2)} ${round(ground - tall * 0.62)} ${round(x)} ${round(ground - tall)}Z`
  const shadow = polygon(
    [
      [x - 14, ground],
      [x + 14, ground],
      [x + tall * 0.7, ground + tall * 0.34],
      [x + tall * 0.52, ground + tall * 0.36],
    ],
    css(palette.near, 0.16),
  )
  const shape = `M${round(x - half * 0.85)} ${round(ground - tall * 0.28)}h${round(half * 1.7)}l${round(-half * 0.28)} ${round(tall * 0.28)}h${round(-half * 1.14)}Z`
  return (
    shadow +
    path(
      crown,
      canvas.linear(
        [
          [0, shift(green, 0.08)],
          [0.6, green],
          [1, shift(green, -0.1)],
        ],
        [0, 0, 1, 0.2],
      ),
    ) +
    path(shape, canvas.blend([shift(pot, 0.06), shift(pot, -0.1)], [0, 0, 1, 0]))
  )
}

/** At night a lamp is lit behind each arch. */
function lamplight(canvas: SceneCanvas, outline: string, x: number, half: number, floor: number): string {
  const { palette } = canvas
  const warm = mix(palette.accent, palette.light, 0.35)
  const room = mix(palette.near, palette.accent, 0.42)
  return path(outline, css(room)) + glow(canvas, x + half * 0.2, floor - half * 1.6, half * 2.6, warm, 0.95)
}
