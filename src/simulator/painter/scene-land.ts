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
  type Stage,
} from './stage.ts'

/** Ridges in haze under a low sun or moon; with a lake if the prompt asks for one. */
export function paintHills(stage: Stage): string {
  const { width, height, palette, random } = stage
  const isLake = stage.has(/lake|water|river|reflect|fjord|pond/i) || random() < 0.3
  const shore = isLake ? height * stage.between(0.66, 0.72) : height
  const sun: Point = [
    width * stage.between(0.25, 0.75),
    height * (palette.isNight ? stage.between(0.1, 0.17) : stage.between(0.18, 0.33)),
  ]
  const land = [
    sky(stage, shore),
    orb(stage, sun),
    stage.random() < 0.6 ? clouds(stage, shore * 0.5) : '',
    ridges(stage, shore),
  ]
  if (!isLake) return land.join('')
  return land.join('') + lake(stage, land.join(''), shore, sun) + foreground(stage, palette.near)
}

export function sky(stage: Stage, depth: number): string {
  const [top, middle, low] = stage.palette.sky
  const fill = stage.linear([
    [0, top],
    [0.55, middle],
    [0.92, low],
  ])
  return rect(0, 0, stage.width, stage.height, css(low)) + rect(0, 0, stage.width, depth, fill)
}

/** The sun, or the moon at night, with its glow. */
export function orb(stage: Stage, [x, y]: Point, size = stage.between(26, 62)): string {
  const { light, isNight, sky: colors } = stage.palette
  const radius = isNight ? size * 0.75 : size
  const halo = glow(stage, x, y, radius * 9, light, isNight ? 0.4 : 0.6)
  const disc = circle(x, y, radius, stage.blend([light, mix(light, colors[2], isNight ? 0.12 : 0.45)]))
  return (isNight ? stars(stage, 150) : '') + halo + disc
}

export function stars(stage: Stage, amount: number): string {
  return Array.from({ length: amount }, () => {
    const fade = stage.random() ** 2
    const y = stage.random() ** 1.4 * stage.height * 0.75
    return circle(stage.random() * stage.width, y, 0.6 + fade * 1.5, css(stage.palette.light, 0.25 + fade * 0.7))
  }).join('')
}

/** Long thin clouds, lit from below. */
export function clouds(stage: Stage, depth: number): string {
  const { palette } = stage
  const color = palette.isNight ? mix(palette.sky[1], palette.light, 0.12) : mix(palette.sky[2], palette.light, 0.5)
  return Array.from({ length: 5 }, () => {
    const y = depth * stage.between(0.25, 1)
    const x = stage.width * stage.random()
    const across = stage.between(160, 420)
    return Array.from({ length: 4 }, (_, index) => {
      const fill = stage.radial([
        [0, color, 0.55],
        [0.6, color, 0.2],
        [1, color, 0],
      ])
      const shiftX = stage.between(-0.5, 0.5) * across
      return ellipse(
        x + shiftX,
        y + index * stage.between(2, 9),
        across * stage.between(0.4, 0.9),
        stage.between(4, 14),
        fill,
      )
    }).join('')
  }).join('')
}

function ridges(stage: Stage, shore: number): string {
  const { palette, width } = stage
  const isRocky =
    stage.has(/mountain|alp|peak|fjord|rock|himalaya|ridge/i) ||
    (!stage.has(/hill|field|meadow/i) && stage.random() < 0.5)
  const hasTrees = stage.has(/forest|tree|pine|fir|wood|lake|mountain/i) || stage.random() < 0.4
  const amount = 6
  return Array.from({ length: amount }, (_, index) => {
    const depth = index / (amount - 1)
    const color = mix(palette.far, palette.near, depth ** 1.35)
    const noise = createNoise(stage.random, isRocky ? 6 : 2)
    const base = shore * (0.46 + depth * 0.46)
    const rise = shore * (isRocky ? 0.34 : 0.2) * (1 - depth * 0.62)
    const wave = stage.between(1.2, 2.1) / 500
    const heightAt = (x: number) => {
      const value = noise(x * wave + index * 9)
      return base - rise * ((isRocky ? 1 - Math.abs(value * 2 - 1) ** 0.8 : value) - 0.35)
    }
    const points: Point[] = Array.from({ length: 161 }, (_, step) => [
      (step / 160) * width,
      heightAt((step / 160) * width),
    ])
    const haze = mix(color, palette.sky[2], palette.isNight ? 0.25 : 0.62)
    const fill = stage.linear([
      [0, color],
      [0.3, color],
      [1, depth > 0.95 ? shift(color, -0.05) : haze],
    ])
    const wood = hasTrees && depth > 0.55 ? trees(stage, points, color, 9 + depth * depth * 26) : ''
    return wood + polygon([...points, [width, shore], [0, shore]], fill)
  }).join('')
}

/** Conifers along a line. */
function trees(stage: Stage, line: readonly Point[], color: Color, tall: number): string {
  const fill = css(color)
  const noise = createNoise(stage.random, 2)
  const parts: string[] = []
  for (let x = 0; x < stage.width; x += tall * stage.between(0.16, 0.42)) {
    if (noise(x / 90) < 0.42) continue
    const [, ground] = line[Math.round((x / stage.width) * (line.length - 1))] ?? [0, 0]
    const size = tall * stage.between(0.55, 1.25)
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
function lake(stage: Stage, land: string, shore: number, [sunX]: Point): string {
  const { palette, width, height } = stage
  const deep = height - shore
  const squeeze = deep / (shore * 0.62)
  const clip = stage.define(
    `<clipPath id="{id}"><rect x="0" y="${round(shore)}" width="${round(width)}" height="${round(deep)}"/></clipPath>`,
  )
  const mirror = `<g clip-path="${clip}"><g transform="translate(0 ${round(shore + shore * squeeze)}) scale(1 ${(-squeeze).toFixed(3)})">${land}</g></g>`
  const tint = stage.linear([
    [0, mix(palette.sky[2], palette.far, 0.4), palette.isNight ? 0.25 : 0.5],
    [1, mix(palette.near, palette.sky[0], 0.45), 0.62],
  ])
  const streaks = Array.from({ length: 46 }, () => {
    const depth = stage.random() ** 1.3
    const x = sunX + (stage.random() - 0.5) * (90 + depth * 420)
    const fill = css(palette.light, stage.between(0.1, 0.5) * (1 - depth * 0.55))
    return ellipse(x, shore + 3 + depth * deep, stage.between(14, 80) * (0.5 + depth), 0.8 + depth * 1.4, fill)
  })
  const band = rect(
    0,
    shore - 14,
    width,
    30,
    stage.linear([
      [0, palette.sky[2], 0],
      [0.5, palette.sky[2], 0.5],
      [1, palette.sky[2], 0],
    ]),
  )
  return mirror + rect(0, shore, width, deep, tint) + streaks.join('') + band
}

/** Reeds at the near edge. */
function foreground(stage: Stage, color: Color): string {
  const { width, height } = stage
  const side = stage.random() < 0.5 ? 0 : 1
  const blades = Array.from({ length: 70 }, () => {
    const x = side === 0 ? stage.random() ** 1.8 * width * 0.42 : width - stage.random() ** 1.8 * width * 0.42
    const tall = stage.between(40, 150) * (1 - Math.abs(x - side * width) / width)
    const lean = stage.between(-22, 22)
    return `M${round(x)} ${round(height + 5)}q${round(lean * 0.2)} ${round(-tall * 0.6)} ${round(lean)} ${round(-tall)}`
  })
  return path(blades.join(''), 'none', `stroke="${css(shift(color, -0.06))}" stroke-width="2" stroke-linecap="round"`)
}

/** Dunes with a lit and a shaded side, and wind ripples. */
export function paintDunes(stage: Stage): string {
  const { width, height, palette } = stage
  const sun: Point = [width * stage.between(0.2, 0.8), height * stage.between(0.16, 0.3)]
  const amount = 5
  const dunes = Array.from({ length: amount }, (_, index) => dune(stage, index / (amount - 1)))
  return (
    sky(stage, height * 0.62) +
    orb(stage, sun, stage.between(38, 78)) +
    dunes.join('') +
    rect(
      0,
      0,
      width,
      height,
      stage.radial(
        [
          [0.55, palette.near, 0],
          [1, palette.near, 0.28],
        ],
        [0.5, 0.45, 0.8],
      ),
    )
  )
}

function dune(stage: Stage, depth: number): string {
  const { width, height, palette } = stage
  const base = height * (0.5 + depth * 0.3)
  const rise = height * stage.between(0.09, 0.17) * (0.5 + depth * 0.7)
  const peakX = width * stage.between(0.2, 0.8)
  const lit = mix(mix(palette.far, palette.sky[2], 0.35), palette.far, depth)
  const shade = mix(palette.far, palette.near, 0.3 + depth * 0.6)
  const left: Point[] = [
    [-40, base + rise * 0.5],
    [peakX * 0.4, base + rise * stage.between(0.1, 0.4)],
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
  const drift = stage.between(60, 170)
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
    path(body, stage.blend([lit, mix(lit, palette.near, 0.2)])) +
    path(
      dark,
      stage.linear(
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
