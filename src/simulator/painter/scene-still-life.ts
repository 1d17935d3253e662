import { type Color, css, mix, shift } from './color.ts'
import { ellipse, type Point, polygon, rect, round, type SceneCanvas } from './scene-canvas.ts'
import { fruit, type Thing, vessel } from './still-life-things.ts'

/** Vessels and fruit on a shelf, lit by a window on the left. */
export function paintStillLife(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const shelf = height * canvas.between(0.68, 0.74)
  const wall = palette.isNight ? mix(palette.sky[1], palette.near, 0.25) : mix(palette.sky[1], palette.far, 0.35)
  const parts = [
    rect(
      0,
      0,
      width,
      height,
      canvas.linear(
        [
          [0, shift(wall, 0.05)],
          [0.6, wall],
          [1, shift(wall, -0.1)],
        ],
        [0, 0, 1, 1],
      ),
    ),
    windowLight(canvas, wall),
    table(canvas, shelf, wall),
  ]
  const things = arrange(canvas)
  for (const thing of things) parts.push(castShadow(canvas, thing, shelf))
  for (const thing of things) parts.push(thing.paint(shelf + thing.forward))
  parts.push(
    rect(
      0,
      0,
      width,
      height,
      canvas.radial(
        [
          [0.5, palette.near, 0],
          [1, palette.near, 0.3],
        ],
        [0.42, 0.45, 0.8],
      ),
    ),
  )
  return parts.join('')
}

/** Panes of light that fall on the wall at an angle. */
function windowLight(canvas: SceneCanvas, wall: Color): string {
  const { width, height, palette } = canvas
  const left = width * canvas.between(0.1, 0.3)
  const top = height * canvas.between(0.06, 0.14)
  const pane = width * 0.17
  const tall = height * 0.24
  const slant = width * 0.11
  const light = mix(palette.light, wall, 0.15)
  const fill = canvas.fade(light, 0.62, 0.3, [0, 0, 1, 1])
  const panes = [0, 1].flatMap((row) =>
    [0, 1].map((column) => {
      const x = left + column * (pane + 12) + row * (slant + 5)
      const y = top + row * (tall + 12) + column * 14
      return polygon(
        [
          [x, y],
          [x + pane, y + 12],
          [x + pane + slant, y + tall + 12],
          [x + slant, y + tall],
        ],
        fill,
      )
    }),
  )
  const branch = canvas.random() < 0.7 ? leafShadow(canvas, [left + pane * 0.4, top + tall * 0.2], wall) : ''
  return panes.join('') + branch
}

/** The shadow of a twig outside the window. */
function leafShadow(canvas: SceneCanvas, [x, y]: Point, wall: Color): string {
  const fill = css(shift(wall, -0.08), 0.34)
  return Array.from({ length: 9 }, (_, index) => {
    const turn = canvas.between(15, 65) + (index % 2 === 0 ? 0 : 70)
    const along = index * 34
    return ellipse(
      0,
      0,
      canvas.between(26, 44),
      canvas.between(8, 13),
      fill,
      `transform="translate(${round(x + along)} ${round(y + along * 0.62)}) rotate(${round(turn)})"`,
    )
  }).join('')
}

function table(canvas: SceneCanvas, shelf: number, wall: Color): string {
  const { width, height, palette } = canvas
  const top = palette.isNight ? shift(palette.near, 0.1) : mix(palette.sky[2], palette.far, 0.18)
  const back = shelf - height * 0.05
  const front = shelf + height * 0.13
  return (
    rect(0, back - 26, width, 26, canvas.fade(palette.near, 0, 0.16)) +
    rect(0, back, width, front - back, canvas.blend([shift(top, -0.03), shift(top, 0.02)])) +
    rect(0, front, width, height - front, canvas.blend([mix(top, palette.near, 0.3), mix(wall, palette.near, 0.55)])) +
    rect(0, front, width, 2.5, css(palette.light, 0.5))
  )
}

function arrange(canvas: SceneCanvas): Thing[] {
  const { width, height, palette } = canvas
  const hasVases = canvas.has(/vase|bottle|jug|vessel|ceramic|pot|perfume|cup/i)
  const amount = width > height * 1.2 ? 5 : 4
  const colors = [
    palette.accent,
    palette.second,
    mix(palette.sky[2], palette.light, 0.4),
    mix(palette.near, palette.accent, 0.25),
    mix(palette.far, palette.accent, 0.5),
  ]
  const slots = Array.from({ length: amount }, (_, index) => index)
  const span = Math.min(width * 0.8, 860)
  const first = canvas.random() < 0.5 ? 1 : amount - 2
  return slots
    .map((slot): Thing => {
      const x = width / 2 - span / 2 + (span * (slot + 0.5)) / amount + canvas.between(-14, 14)
      const color = colors[slot % colors.length] ?? palette.accent
      const isNamed = slot === (first === 1 ? amount - 1 : 0) && canvas.has(/pear|apple|fruit|lemon/i)
      const isFruit = isNamed || (slot !== first && canvas.random() < (hasVases ? 0.3 : 0.42))
      if (isFruit) return fruit(canvas, x, shift(slot % 2 === 0 ? palette.accent : palette.second, 0.03))
      const tall = (slot === first ? canvas.between(350, 430) : canvas.between(160, 300)) * Math.min(1, height / 880)
      return vessel(canvas, x, tall, color, slot === first)
    })
    .sort((one, other) => one.forward - other.forward)
}

/** A long, soft shadow away from the window. */
function castShadow(canvas: SceneCanvas, thing: Thing, shelf: number): string {
  const { palette } = canvas
  const ground = shelf + thing.forward
  const fill = canvas.radial(
    [
      [0, palette.near, 0.55],
      [0.5, palette.near, 0.26],
      [1, palette.near, 0],
    ],
    [0.3, 0.5, 0.62],
  )
  const reach = thing.half * 1.4 + thing.tall * 0.42
  return (
    ellipse(thing.x + reach * 0.62, ground - 3, reach, thing.half * 0.3, fill) +
    ellipse(thing.x, ground + 1, thing.half * 1.05, thing.half * 0.2, canvas.halo(palette.near, 0.6))
  )
}
