import { type Color, css, mix, shift } from './color.ts'
import {
  circle,
  createNoise,
  curveThrough,
  ellipse,
  glow,
  type Point,
  path,
  polygon,
  rect,
  round,
  type SceneCanvas,
} from './scene-canvas.ts'

/** Ridges in haze under a low sun or moon; with a lake if the prompt asks for one. */
export function paintHills(canvas: SceneCanvas): string {
  const { width, height, palette, random } = canvas
  const isLake = canvas.has(/lake|water|river|reflect|fjord|pond/i) || random() < 0.3
  const shore = isLake ? height * canvas.between(0.66, 0.72) : height
  const sun: Point = [
    width * canvas.between(0.25, 0.75),
    height * (palette.isNight ? canvas.between(0.1, 0.17) : canvas.between(0.18, 0.33)),
  ]
  const land = [
    sky(canvas, shore),
    orb(canvas, sun),
    canvas.random() < 0.6 ? clouds(canvas, shore * 0.5) : '',
    ridges(canvas, shore),
  ]
  if (!isLake) return land.join('')
  return land.join('') + lake(canvas, land.join(''), shore, sun) + foreground(canvas, palette.near)
}

export function sky(canvas: SceneCanvas, depth: number): string {
  const [top, middle, low] = canvas.palette.sky
  const fill = canvas.linear([
    [0, top],
    [0.55, middle],
    [0.92, low],
  ])
  return rect(0, 0, canvas.width, canvas.height, css(low)) + rect(0, 0, canvas.width, depth, fill)
}

/** The sun, or the moon at night, with its glow. */
export function orb(canvas: SceneCanvas, [x, y]: Point, size = canvas.between(26, 62)): string {
  const { light, isNight, sky: colors } = canvas.palette
  const radius = isNight ? size * 0.75 : size
  const halo = glow(canvas, x, y, radius * 9, light, isNight ? 0.4 : 0.6)
  const disc = circle(x, y, radius, canvas.blend([light, mix(light, colors[2], isNight ? 0.12 : 0.45)]))
  return (isNight ? stars(canvas, 150) : '') + halo + disc
}

export function stars(canvas: SceneCanvas, amount: number): string {
  return Array.from({ length: amount }, () => {
    const fade = canvas.random() ** 2
    const y = canvas.random() ** 1.4 * canvas.height * 0.75
    return circle(canvas.random() * canvas.width, y, 0.6 + fade * 1.5, css(canvas.palette.light, 0.25 + fade * 0.7))
  }).join('')
}

/** Long thin clouds, lit from below. */
export function clouds(canvas: SceneCanvas, depth: number): string {
  const { palette } = canvas
  const color = palette.isNight ? mix(palette.sky[1], palette.light, 0.12) : mix(palette.sky[2], palette.light, 0.5)
  return Array.from({ length: 5 }, () => {
    const y = depth * canvas.between(0.25, 1)
    const x = canvas.width * canvas.random()
    const across = canvas.between(160, 420)
    return Array.from({ length: 4 }, (_, index) => {
      const fill = canvas.radial([
        [0, color, 0.55],
        [0.6, color, 0.2],
        [1, color, 0],
      ])
      const shiftX = canvas.between(-0.5, 0.5) * across
      return ellipse(
        x + shiftX,
        y + index * canvas.between(2, 9),
        across * canvas.between(0.4, 0.9),
        canvas.between(4, 14),
        fill,
      )
    }).join('')
  }).join('')
}

function ridges(canvas: SceneCanvas, shore: number): string {
  const { palette, width } = canvas
  const isRocky =
    canvas.has(/mountain|alp|peak|fjord|rock|himalaya|ridge/i) ||
    (!canvas.has(/hill|field|meadow/i) && canvas.random() < 0.5)
  const hasTrees = canvas.has(/forest|tree|pine|fir|wood|lake|mountain/i) || canvas.random() < 0.4
  const amount = 6
  return Array.from({ length: amount }, (_, index) => {
    const depth = index / (amount - 1)
    const color = mix(palette.far, palette.near, depth ** 1.35)
    const noise = createNoise(canvas.random, isRocky ? 6 : 2)
    const base = shore * (0.46 + depth * 0.46)
    const rise = shore * (isRocky ? 0.34 : 0.2) * (1 - depth * 0.62)
    const wave = canvas.between(1.2, 2.1) / 500
    const heightAt = (x: number) => {
      const value = noise(x * wave + index * 9)
      return base - rise * ((isRocky ? 1 - Math.abs(value * 2 - 1) ** 0.8 : value) - 0.35)
    }
    const points: Point[] = Array.from({ length: 161 }, (_, step) => [
      (step / 160) * width,
      heightAt((step / 160) * width),
    ])
    const haze = mix(color, palette.sky[2], palette.isNight ? 0.25 : 0.62)
    const fill = canvas.linear([
      [0, color],
      [0.3, color],
      [1, depth > 0.95 ? shift(color, -0.05) : haze],
    ])
    const wood = hasTrees && depth > 0.55 ? trees(canvas, points, color, 9 + depth * depth * 26) : ''
    return wood + polygon([...points, [width, shore], [0, shore]], fill)
  }).join('')
}

/** Conifers along a line. */
function trees(canvas: SceneCanvas, line: readonly Point[], color: Color, tall: number): string {
  const fill = css(color)
  const noise = createNoise(canvas.random, 2)
  const parts: string[] = []
  for (let x = 0; x < canvas.width; x += tall * canvas.between(0.16, 0.42)) {
    if (noise(x / 90) < 0.42) continue
    const [, ground] = line[Math.round((x / canvas.width) * (line.length - 1))] ?? [0, 0]
    const size = tall * canvas.between(0.55, 1.25)
    const half = size * 0.17
    const tiers = [0.0, 0.3, 0.58].map((from, tier) => {
      const spread = half * (0.55 + tier * 0.28)
      const top = ground - size * (1 - from)
      return `M${round(x)} ${round(top)}l${round(spread)} ${round(size * 0.44)}h${round(-spread * 2)}Z`
    })
    parts.push(
      `${tiers.join('')}M${round(x - half * 0.2)} ${round(ground - size * 0.1)}h${round(half * 0.4)}v${round(size * 0.2)}h${round(-half * 0.4)}Z`,
    )
  }
  return path(parts.join(''), fill)
}

/** What is above the shore, mirrored and dimmed, with the light on it. */
function lake(canvas: SceneCanvas, land: string, shore: number, [sunX]: Point): string {
  const { palette, width, height } = canvas
  const deep = height - shore
  const squeeze = deep / (shore * 0.62)
  const clip = canvas.define(
    `<clipPath id="{id}"><rect x="0" y="${round(shore)}" width="${round(width)}" height="${round(deep)}"/></clipPath>`,
  )
  const mirror = `<g clip-path="${clip}"><g transform="translate(0 ${round(shore + shore * squeeze)}) scale(1 ${(-squeeze).toFixed(3)})">${land}</g></g>`
  const tint = canvas.linear([
    [0, mix(palette.sky[2], palette.far, 0.4), palette.isNight ? 0.25 : 0.5],
    [1, mix(palette.near, palette.sky[0], 0.45), 0.62],
  ])
  const streaks = Array.from({ length: 46 }, () => {
    const depth = canvas.random() ** 1.3
    const x = sunX + (canvas.random() - 0.5) * (90 + depth * 420)
    const fill = css(palette.light, canvas.between(0.1, 0.5) * (1 - depth * 0.55))
    return ellipse(x, shore + 3 + depth * deep, canvas.between(14, 80) * (0.5 + depth), 0.8 + depth * 1.4, fill)
  })
  const band = rect(
    0,
    shore - 14,
    width,
    30,
    canvas.linear([
      [0, palette.sky[2], 0],
      [0.5, palette.sky[2], 0.5],
      [1, palette.sky[2], 0],
    ]),
  )
  return mirror + rect(0, shore, width, deep, tint) + streaks.join('') + band
}

/** Reeds at the near edge. */
function foreground(canvas: SceneCanvas, color: Color): string {
  const { width, height } = canvas
  const side = canvas.random() < 0.5 ? 0 : 1
  const blades = Array.from({ length: 70 }, () => {
    const x = side === 0 ? canvas.random() ** 1.8 * width * 0.42 : width - canvas.random() ** 1.8 * width * 0.42
    const tall = canvas.between(40, 150) * (1 - Math.abs(x - side * width) / width)
    const lean = canvas.between(-22, 22)
    return `M${round(x)} ${round(height + 5)}q${round(lean * 0.2)} ${round(-tall * 0.6)} ${round(lean)} ${round(-tall)}`
  })
  return path(blades.join(''), 'none', `stroke="${css(shift(color, -0.06))}" stroke-width="2" stroke-linecap="round"`)
}

/** Dunes with a lit and a shaded side, and wind ripples. */
export function paintDunes(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const sun: Point = [width * canvas.between(0.2, 0.8), height * canvas.between(0.16, 0.3)]
  const amount = 5
  const dunes = Array.from({ length: amount }, (_, index) => dune(canvas, index / (amount - 1)))
  return (
    sky(canvas, height * 0.62) +
    orb(canvas, sun, canvas.between(38, 78)) +
    dunes.join('') +
    rect(
      0,
      0,
      width,
      height,
      canvas.radial(
        [
          [0.55, palette.near, 0],
          [1, palette.near, 0.28],
        ],
        [0.5, 0.45, 0.8],
      ),
    )
  )
}

function dune(canvas: SceneCanvas, depth: number): string {
  const { width, height, palette } = canvas
  const base = height * (0.5 + depth * 0.3)
  const rise = height * canvas.between(0.09, 0.17) * (0.5 + depth * 0.7)
  const peakX = width * canvas.between(0.2, 0.8)
  const lit = mix(mix(palette.far, palette.sky[2], 0.35), palette.far, depth)
  const shade = mix(palette.far, palette.near, 0.3 + depth * 0.6)
  const left: Point[] = [
    [-40, base + rise * 0.5],
    [peakX * 0.4, base + rise * canvas.between(0.1, 0.4)],
    [peakX * 0.8, base - rise * 0.72],
    [peakX, base - rise],
  ]
  const rightward = width - peakX
  const right: Point[] = [
    [peakX, base - rise],
    [peakX + rightward * 0.24, base - rise * 0.6],
    [peakX + rightward * 0.62, base + rise * 0.22],
    [width + 40, base + rise * 0.1],
  ]
  const start = `M-40 ${round(base + rise * 0.5)}`
  const body = `${start}${curveThrough(left)}${curveThrough(right)}V${round(height + 10)}H-40Z`
  const drift = canvas.between(60, 170)
  const facet: Point[] = [
    [peakX, base - rise],
    [peakX + drift * 0.5, base - rise * 0.2],
    [peakX - drift * 0.35, base + rise * 0.9],
    [peakX + drift, base + rise * 2.4],
    [peakX + drift * 0.4, height + 20],
  ]
  const dark = `M${round(peakX)} ${round(base - rise)}${curveThrough(facet)}H${round(width + 40)}V${round(base + rise * 0.1)}${curveThrough([...right].reverse())}Z`
  const lines = Array.from({ length: 9 }, (_, index) => {
    const y = base + rise * (0.4 + index * 0.32)
    return `M-20 ${round(y)}q${round(peakX * 0.4)} ${round(-rise * 0.45)} ${round(peakX * 0.9)} ${round(-rise * 0.25)}`
  })
  return (
    path(body, canvas.blend([lit, mix(lit, palette.near, 0.2)])) +
    path(
      dark,
      canvas.linear(
        [
          [0, shade],
          [0.35, mix(shade, lit, 0.3)],
          [1, mix(shade, palette.near, 0.45)],
        ],
        [0, 0, 0.7, 1],
      ),
    ) +
    path(lines.join(''), 'none', `stroke="${css(palette.near, 0.09 + depth * 0.05)}" stroke-width="1.4"`)
  )
}
