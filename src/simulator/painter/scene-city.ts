import { type Color, css, mix, shift } from './color.ts'
import { circle, ellipse, path, polygon, rect, round, type SceneCanvas } from './scene-canvas.ts'
import { clouds, orb, sky, stars } from './scene-land.ts'

/** A skyline with lit windows over water or a wet street, and blurred lights. */
export function paintCity(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const ground = height * canvas.between(0.72, 0.8)
  const lit = palette.isNight ? 0.55 : canvas.has(/dusk|evening|rain/i) ? 0.36 : 0.14
  const rows = [0, 0.5, 1].map((depth) => skyline(canvas, ground, depth, lit * (0.4 + depth * 0.6)))
  const town = [palette.isNight ? stars(canvas, 50) : '', ...rows].join('')
  const haze = rect(
    0,
    ground - 190,
    width,
    190,
    canvas.linear([
      [0, palette.sky[2], 0],
      [1, mix(palette.sky[2], palette.accent, 0.3), 0.42],
    ]),
  )
  const air = [
    sky(canvas, ground),
    orb(canvas, [width * canvas.between(0.2, 0.8), height * 0.24], canvas.between(40, 80)),
    palette.isNight ? '' : clouds(canvas, height * 0.4),
  ]
  return [...air, town, haze, reflections(canvas, ground), bokeh(canvas, ground)].join('')
}

function skyline(canvas: SceneCanvas, ground: number, depth: number, lit: number): string {
  const { width, palette, height } = canvas
  const parts: string[] = []
  const color = mix(palette.far, palette.near, 0.16 + depth * 0.78)
  let x = -30
  while (x < width) {
    const across = canvas.between(44, 104) * (0.7 + depth * 0.45)
    const tall = height * canvas.between(0.16, 0.5) * (1.05 - depth * 0.42)
    parts.push(
      building(canvas, x, ground - tall, across, tall, shift(color, canvas.between(-0.025, 0.025)), lit, depth),
    )
    x += across + (canvas.random() < 0.3 ? canvas.between(4, 36) : 1)
  }
  return parts.join('')
}

function building(
  canvas: SceneCanvas,
  x: number,
  top: number,
  across: number,
  tall: number,
  color: Color,
  lit: number,
  depth: number,
): string {
  const { palette } = canvas
  const fill = canvas.blend([color, mix(color, palette.sky[2], palette.isNight ? 0.14 : 0.3)])
  const roof = canvas.random()
  const crown =
    roof < 0.22
      ? rect(x + across * 0.25, top - tall * 0.08, across * 0.5, tall * 0.09, css(color)) +
        rect(x + across * 0.49, top - tall * 0.2, 2, tall * 0.14, css(color))
      : roof < 0.36
        ? polygon(
            [
              [x, top + 1],
              [x + across, top + 1],
              [x + across, top - across * 0.32],
            ],
            css(color),
          )
        : ''
  const step = 9 + depth * 5
  const columns = Math.floor((across - step * 0.8) / step)
  const inset = (across - columns * step) / 2 + step * 0.2
  const windows: Record<string, string[]> = {}
  for (let column = 0; column < columns; column++) {
    for (let y = top + step; y < top + tall - step; y += step * 1.35) {
      if (canvas.random() > lit) continue
      const tone =
        canvas.random() < 0.68 ? css(mix(palette.light, palette.accent, 0.45), 0.9) : css(palette.second, 0.8)
      windows[tone] = [
        ...(windows[tone] ?? []),
        `M${round(x + inset + column * step)} ${round(y)}h${round(step * 0.56)}v${round(step * 0.72)}h${round(-step * 0.56)}Z`,
      ]
    }
  }
  const panes = Object.entries(windows).map(([tone, marks]) => path(marks.join(''), tone))
  return crown + rect(x, top, across, tall, fill) + panes.join('')
}

/** The lights again, as long reflections on the wet ground. */
function reflections(canvas: SceneCanvas, ground: number): string {
  const { width, height, palette } = canvas
  const deep = height - ground
  const base = rect(
    0,
    ground,
    width,
    deep,
    canvas.linear([
      [0, mix(palette.near, palette.sky[2], palette.isNight ? 0.28 : 0.5)],
      [0.4, mix(palette.near, palette.sky[1], 0.25)],
      [1, palette.near],
    ]),
  )
  const fills = [mix(palette.light, palette.accent, 0.4), palette.accent, palette.second].map((color) =>
    canvas.linear([
      [0, color, 0.55],
      [0.5, color, 0.18],
      [1, color, 0],
    ]),
  )
  const streaks = Array.from({ length: Math.round(width / 14) }, () => {
    const across = canvas.between(4, 26)
    return rect(
      canvas.random() * width,
      ground + 2,
      across,
      deep * canvas.between(0.25, 1),
      fills[Math.floor(canvas.random() * 3)] ?? '',
      'opacity="0.5"',
    )
  })
  const ripples = Array.from({ length: 60 }, () => {
    const share = canvas.random()
    return ellipse(
      canvas.random() * width,
      ground + share * deep,
      canvas.between(20, 90),
      0.6 + share * 1.8,
      css(palette.near, 0.3),
    )
  })
  return base + streaks.join('') + ripples.join('')
}

function bokeh(canvas: SceneCanvas, ground: number): string {
  const { width, height, palette } = canvas
  if (!palette.isNight && !canvas.has(/bokeh|rain|light/i)) return ''
  const colors = [mix(palette.light, palette.accent, 0.5), palette.accent, palette.second, palette.light]
  const discs = Array.from({ length: 22 }, (_, index) => {
    const color = colors[index % colors.length] ?? palette.light
    const radius = canvas.between(10, 46)
    const fill = canvas.radial([
      [0, color, 0.16],
      [0.82, color, 0.26],
      [0.93, color, 0.4],
      [1, color, 0],
    ])
    return circle(canvas.random() * width, ground + canvas.between(-0.16, 0.24) * height, radius, fill)
  })
  return discs.join('')
}
