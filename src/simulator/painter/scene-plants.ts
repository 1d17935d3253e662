import { type Color, css, mix, shift } from './color.ts'
import { circle, ellipse, glow, path, rect, round, type SceneCanvas } from './scene-canvas.ts'
import { orb, stars } from './scene-land.ts'

/** Stems, leaves and flowers on a pale ground, like a page of a herbarium. */
export function paintPlants(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const [top, middle, low] = palette.sky
  const ground = rect(
    0,
    0,
    width,
    height,
    canvas.linear([
      [0, palette.isNight ? top : mix(top, middle, 0.55)],
      [0.6, middle],
      [1, low],
    ]),
  )
  const disc = palette.isNight ? orb(canvas, [width * 0.7, height * 0.2], 60) : sunDisc(canvas)
  const count = Math.max(12, Math.round(width / 62))
  const haze = Array.from({ length: count }, (_, index) => plant(canvas, index, count, 0.25))
  const middleRow = Array.from({ length: count }, (_, index) => plant(canvas, index, count, 0.6))
  const close = Array.from({ length: Math.round(count * 0.62) }, (_, index) => plant(canvas, index, count * 0.62, 1))
  const mist = rect(0, height * 0.55, width, height * 0.45, canvas.fade(low, 0, palette.isNight ? 0.25 : 0.5))
  const floor = rect(0, height * 0.8, width, height * 0.2, canvas.fade(palette.near, 0, 0.5))
  return [
    ground,
    palette.isNight ? stars(canvas, 60) : '',
    disc,
    ...haze,
    mist,
    ...middleRow,
    mist,
    ...close,
    floor,
  ].join('')
}

function sunDisc(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const x = width * canvas.between(0.3, 0.7)
  const y = height * canvas.between(0.26, 0.4)
  const radius = Math.min(width, height) * canvas.between(0.2, 0.3)
  const fill = canvas.blend([mix(palette.light, palette.accent, 0.28), mix(palette.light, palette.accent, 0.05)])
  return glow(canvas, x, y, radius * 2.4, palette.light, 0.5) + circle(x, y, radius, fill, 'opacity="0.9"')
}

type Head = (canvas: SceneCanvas, size: number, color: Color, stem: Color) => string

/** `depth`: 0 far, 1 near. */
function plant(canvas: SceneCanvas, index: number, count: number, depth: number): string {
  const { width, height, palette } = canvas
  const heads = headsFor(canvas)
  const x = width * ((index + canvas.between(0.1, 0.9)) / count)
  const tall = height * canvas.between(0.3, 0.68) * (0.72 + depth * 0.42)
  const lean = canvas.between(-60, 60)
  const veil = (color: Color) => mix(palette.sky[1], color, 0.22 + depth * 0.78)
  const stem = veil(mix(palette.second, palette.near, 0.45 + canvas.random() * 0.3))
  const bloom = veil(
    canvas.random() < 0.72
      ? shift(palette.accent, canvas.between(-0.06, 0.06))
      : mix(palette.light, palette.accent, 0.3),
  )
  const base = height + 20
  const line = `M${round(x)} ${base}C${round(x + lean * 0.1)} ${round(base - tall * 0.4)} ${round(x + lean * 0.4)} ${round(base - tall * 0.75)} ${round(x + lean)} ${round(base - tall)}`
  const size = (26 + depth * 40) * canvas.between(0.75, 1.2)
  const head = heads[Math.floor(canvas.random() * heads.length)]
  const turn = lean * 0.35 + canvas.between(-12, 12)
  return (
    path(line, 'none', `stroke="${css(stem)}" stroke-width="${round(1.4 + depth * 2.4)}" stroke-linecap="round"`) +
    leaves(canvas, x, lean, tall, base, stem, depth) +
    `<g transform="translate(${round(x + lean)} ${round(base - tall)}) rotate(${round(turn)})">${head?.(canvas, size, bloom, stem) ?? ''}</g>`
  )
}

function headsFor(canvas: SceneCanvas): readonly Head[] {
  if (canvas.has(/poppy|poppies/i)) return [poppy, poppy, poppy, bud, grass, grass]
  if (canvas.has(/tulip/i)) return [tulip, tulip, tulip, grass]
  if (canvas.has(/daisy|daisies|sunflower|chamomile/i)) return [daisy, daisy, bud, grass]
  if (canvas.has(/lavender|grass|wheat|reed|fern/i)) return [grass, spike, spike, umbel]
  return [poppy, daisy, umbel, tulip, spike, bud, grass]
}

function leaves(
  canvas: SceneCanvas,
  x: number,
  lean: number,
  tall: number,
  base: number,
  color: Color,
  depth: number,
): string {
  const size = 0.55 + depth * 0.75
  return Array.from({ length: 3 }, (_, index) => {
    const share = 0.12 + index * 0.17 + canvas.between(-0.04, 0.04)
    const side = index % 2 === 0 ? 1 : -1
    const px = x + lean * share * share
    const py = base - tall * share
    const long = canvas.between(50, 105) * (1 - share * 0.6)
    const reach = canvas.between(0.35, 0.8)
    const fill = mix(color, shift(color, 0.09), canvas.random())
    return path(
      `M0 0Q${round(long * 0.1)} ${round(-long * 0.62)} ${round(long * reach)} ${round(-long)}Q${round(long * (reach + 0.05))} ${round(-long * 0.4)} 0 0Z`,
      css(fill),
      `transform="translate(${round(px)} ${round(py)}) scale(${round(size * side * 10) / 10} ${round(size * 10) / 10})"`,
    )
  }).join('')
}

function poppy(canvas: SceneCanvas, size: number, color: Color): string {
  const petal = `M0 ${round(size * 0.3)}C${round(-size * 1.3)} ${round(size * 0.1)} ${round(-size * 1.05)} ${round(-size * 1.05)} 0 ${round(-size * 0.82)}C${round(size * 1.05)} ${round(-size * 1.05)} ${round(size * 1.3)} ${round(size * 0.1)} 0 ${round(size * 0.3)}Z`
  const turned = [
    [-58, -0.05],
    [58, -0.02],
    [-18, 0.03],
    [20, 0.05],
    [0, 0.01],
  ].map(([turn = 0, light = 0], index) => {
    const fill = canvas.blend([shift(color, 0.07 + light), shift(color, -0.07 + light)])
    return path(petal, fill, `transform="rotate(${turn}) scale(${index === 4 ? 0.72 : 0.9})"`)
  })
  const heart = mix(canvas.palette.near, color, 0.12)
  const dots = Array.from({ length: 11 }, (_, index) =>
    circle(
      Math.cos(index * 0.571) * size * 0.24,
      -size * 0.12 + Math.sin(index * 0.571) * size * 0.15,
      size * 0.045,
      css(heart),
    ),
  )
  return turned.join('') + ellipse(0, -size * 0.12, size * 0.15, size * 0.11, css(heart)) + dots.join('')
}

function tulip(canvas: SceneCanvas, size: number, color: Color): string {
  const outer = `M0 ${round(size * 0.5)}C${round(-size)} ${round(size * 0.3)} ${round(-size * 0.8)} ${round(-size * 0.6)} ${round(-size * 0.5)} ${round(-size)}C${round(-size * 0.2)} ${round(-size * 0.6)} 0 ${round(-size * 0.2)} 0 ${round(size * 0.5)}Z`
  const fill = canvas.blend([shift(color, 0.08), shift(color, -0.08)])
  const inner = `M0 ${round(size * 0.5)}C${round(-size * 0.62)} ${round(size * 0.1)} ${round(-size * 0.42)} ${round(-size * 0.8)} 0 ${round(-size * 1.08)}C${round(size * 0.42)} ${round(-size * 0.8)} ${round(size * 0.62)} ${round(size * 0.1)} 0 ${round(size * 0.5)}Z`
  return (
    path(outer, css(shift(color, -0.06))) +
    path(outer, css(shift(color, -0.1)), 'transform="scale(-1 1)"') +
    path(inner, fill)
  )
}

function daisy(canvas: SceneCanvas, size: number, color: Color): string {
  const { palette } = canvas
  const white = mix(palette.light, color, canvas.random() < 0.5 ? 0.06 : 0.85)
  const petals = Array.from({ length: 15 }, (_, index) => {
    const fill = css(shift(white, index % 2 === 0 ? 0 : -0.05))
    return ellipse(0, -size * 0.6, size * 0.15, size * 0.46, fill, `transform="scale(1 0.82) rotate(${index * 24})"`)
  })
  const heart = canvas.radial([
    [0, shift(palette.accent, 0.1)],
    [1, shift(palette.accent, -0.08)],
  ])
  return petals.join('') + ellipse(0, 0, size * 0.27, size * 0.22, heart)
}

function umbel(canvas: SceneCanvas, size: number, color: Color, stem: Color): string {
  const rays = Array.from({ length: 13 }, (_, index) => {
    const angle = (-78 + index * 13) * (Math.PI / 180)
    const reach = size * (1.5 + (index % 3) * 0.12)
    const x = Math.sin(angle) * reach
    const y = -Math.cos(angle) * reach * 0.72
    const dots = Array.from({ length: 7 }, () =>
      circle(
        x + canvas.between(-7, 7) * (size / 34),
        y + canvas.between(-5, 5) * (size / 34),
        size * canvas.between(0.045, 0.085),
        css(shift(color, canvas.between(-0.02, 0.1))),
      ),
    )
    return (
      path(
        `M0 0Q${round(x * 0.3)} ${round(y * 0.7)} ${round(x)} ${round(y)}`,
        'none',
        `stroke="${css(stem)}" stroke-width="1.3"`,
      ) + dots.join('')
    )
  })
  return rays.join('')
}

function spike(canvas: SceneCanvas, size: number, color: Color): string {
  return Array.from({ length: 26 }, (_, index) => {
    const share = index / 26
    const x = (index % 2 === 0 ? 1 : -1) * size * 0.2 * (1 - share * 0.75)
    return ellipse(
      x,
      size * 0.6 - share * size * 2.8,
      size * 0.17 * (1.1 - share * 0.5),
      size * 0.12,
      css(shift(color, canvas.between(-0.07, 0.07))),
    )
  }).join('')
}

function bud(canvas: SceneCanvas, size: number, color: Color, stem: Color): string {
  return (
    ellipse(
      0,
      -size * 0.35,
      size * 0.3,
      size * 0.48,
      canvas.linear([
        [0, color],
        [0.5, stem],
        [1, shift(stem, -0.04)],
      ]),
    ) +
    path(
      `M${round(-size * 0.18)} ${round(-size * 0.74)}q${round(size * 0.18)} ${round(-size * 0.2)} ${round(size * 0.36)} 0Z`,
      css(color),
    )
  )
}

function grass(canvas: SceneCanvas, size: number, _color: Color, stem: Color): string {
  const straw = mix(stem, canvas.palette.light, 0.28)
  return Array.from({ length: 14 }, (_, index) => {
    const share = index / 14
    const turn = (index % 2 === 0 ? 26 : -26) * (1 - share * 0.4)
    return ellipse(
      0,
      -size * 0.16,
      size * 0.055,
      size * 0.2,
      css(shift(straw, canvas.between(-0.04, 0.04))),
      `transform="translate(0 ${round(size * 0.5 - share * size * 2.2)}) rotate(${round(turn)})"`,
    )
  }).join('')
}
