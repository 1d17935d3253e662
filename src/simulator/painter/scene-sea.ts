import { css, mix, shift } from './color.ts'
import { createNoise, ellipse, glow, type Point, path, polygon, rect, round, type SceneCanvas } from './scene-canvas.ts'
import { clouds, orb, sky } from './scene-land.ts'

/** A horizon, a sun near it, and its reflection on the water. */
export function paintSea(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const horizon = height * canvas.between(0.5, 0.62)
  const sun: Point = [width * canvas.between(0.28, 0.72), horizon - canvas.between(10, 200)]
  const parts = [
    sky(canvas, horizon),
    clouds(canvas, horizon * 0.95),
    orb(canvas, sun, canvas.between(34, 74)),
    islands(canvas, horizon),
  ]
  parts.push(water(canvas, horizon), lightPath(canvas, horizon, sun[0]))
  const isLighthouse = canvas.has(/lighthouse|beacon/i)
  const isBoat = canvas.has(/boat|sail|ship|harbou?r/i) || (!isLighthouse && canvas.random() < 0.55)
  if (isBoat) parts.push(boat(canvas, horizon))
  if (isLighthouse || (!isBoat && canvas.random() < 0.3)) parts.push(lighthouse(canvas, horizon))
  if (canvas.has(/beach|sand|shore|coast/i) || canvas.random() < 0.3) parts.push(beach(canvas))
  parts.push(
    rect(
      0,
      0,
      width,
      height,
      canvas.radial(
        [
          [0.6, palette.near, 0],
          [1, palette.near, 0.22],
        ],
        [0.5, 0.5, 0.78],
      ),
    ),
  )
  return parts.join('')
}

function islands(canvas: SceneCanvas, horizon: number): string {
  const { width, palette } = canvas
  return Array.from({ length: 2 }, (_, index) => {
    const noise = createNoise(canvas.random, 4)
    const from = width * canvas.between(-0.1, 0.75)
    const across = width * canvas.between(0.25, 0.5)
    const tall = canvas.between(20, 70)
    const points: Point[] = Array.from({ length: 41 }, (_, step) => {
      const share = step / 40
      return [
        from + share * across,
        horizon - tall * Math.sin(share * Math.PI) ** 0.8 * (0.45 + noise(share * 5) * 0.8),
      ]
    })
    const color = mix(palette.far, palette.near, 0.12 + index * 0.2)
    return polygon(points, canvas.blend([color, mix(color, palette.sky[2], 0.55)]))
  }).join('')
}

function water(canvas: SceneCanvas, horizon: number): string {
  const { width, height, palette } = canvas
  const far = mix(palette.sky[2], palette.sky[0], 0.32)
  const close = mix(palette.near, palette.sky[0], 0.3)
  const depth = height - horizon
  const fill = canvas.linear([
    [0, far],
    [0.3, mix(far, close, 0.5)],
    [1, close],
  ])
  const waves = Array.from({ length: 150 }, () => {
    const share = canvas.random() ** 1.5
    const y = horizon + 2 + share * depth
    const isLit = canvas.random() < 0.45
    const color = isLit ? mix(palette.sky[2], palette.light, 0.3) : shift(close, -0.06)
    const across = canvas.between(24, 130) * (0.3 + share)
    return ellipse(canvas.random() * width, y, across, 0.5 + share * 2.6, css(color, isLit ? 0.14 : 0.24))
  })
  return rect(0, horizon, width, depth, fill) + waves.join('')
}

function lightPath(canvas: SceneCanvas, horizon: number, x: number): string {
  const { height, palette } = canvas
  const depth = height - horizon
  const sheen = ellipse(x, horizon + depth * 0.34, 190, depth * 0.62, canvas.halo(palette.light, 0.34))
  const glints = Array.from({ length: 170 }, () => {
    const share = canvas.random() ** 1.25
    const spread = (18 + share * 150) * (canvas.random() + canvas.random() - 1)
    const across = canvas.between(5, 34) * (0.35 + share)
    const fill = css(palette.light, canvas.between(0.25, 0.9) * (1 - share * 0.6))
    return ellipse(x + spread, horizon + 1.5 + share * depth * 0.92, across, 0.7 + share * 2.4, fill)
  })
  return sheen + glints.join('')
}

function boat(canvas: SceneCanvas, horizon: number): string {
  const { width, palette } = canvas
  const x = width * (canvas.random() < 0.5 ? canvas.between(0.12, 0.3) : canvas.between(0.68, 0.86))
  const size = canvas.between(38, 84)
  const y = horizon + size * 0.35
  const sail = mix(palette.light, palette.accent, canvas.random() < 0.5 ? 0.1 : 0.85)
  const dark = css(shift(palette.near, -0.02))
  const main = `M${round(x + size * 0.06)} ${round(y - size * 1.55)}q${round(size * 0.52)} ${round(size * 0.75)} ${round(size * 0.56)} ${round(size * 1.36)}h${round(-size * 0.56)}Z`
  const jib = `M${round(x - size * 0.04)} ${round(y - size * 1.35)}q${round(-size * 0.2)} ${round(size * 0.7)} ${round(-size * 0.4)} ${round(size * 1.16)}h${round(size * 0.4)}Z`
  const hull = `M${round(x - size * 0.62)} ${round(y - size * 0.12)}h${round(size * 1.32)}q${round(-size * 0.12)} ${round(size * 0.26)} ${round(-size * 0.34)} ${round(size * 0.28)}h${round(-size * 0.72)}q${round(-size * 0.2)} ${round(-size * 0.06)} ${round(-size * 0.26)} ${round(-size * 0.28)}Z`
  const shadow = ellipse(x, y + size * 0.24, size * 0.8, size * 0.1, css(palette.near, 0.4))
  const mirror = path(
    `M${round(x + size * 0.02)} ${round(y + size * 0.3)}l${round(size * 0.4)} ${round(size * 0.2)}l${round(-size * 0.34)} ${round(size * 0.7)}Z`,
    css(sail, 0.16),
  )
  return (
    mirror +
    shadow +
    path(jib, css(shift(sail, -0.07))) +
    path(main, canvas.blend([sail, shift(sail, -0.08)], [0, 0, 1, 0])) +
    path(hull, dark)
  )
}

function lighthouse(canvas: SceneCanvas, horizon: number): string {
  const { width, height, palette } = canvas
  const isRight = canvas.random() < 0.5
  const x = width * (isRight ? 0.78 : 0.2)
  const edge = isRight ? width : 0
  const inward = isRight ? -1 : 1
  const noise = createNoise(canvas.random, 4)
  const slopeAt = (share: number) => horizon - 46 + noise(share * 7) * 34 + share ** 2.4 * (height - horizon) * 0.6
  const slope: Point[] = Array.from({ length: 41 }, (_, step) => {
    return [edge + inward * (step / 40) * width * 0.46, slopeAt(step / 40)]
  })
  const ground = slopeAt(Math.abs(x - edge) / (width * 0.46)) + 30
  const rock = polygon(
    [[edge, height], ...slope, [edge + inward * width * 0.5, height]],
    canvas.blend([mix(palette.near, palette.far, 0.25), shift(palette.near, -0.05)]),
  )
  const tall = canvas.between(170, 230)
  const top = ground - 26 - tall
  const body = `M${round(x - 13)} ${round(top)}h26l9 ${round(tall + 6)}h-44Z`
  const wall = mix(palette.light, palette.sky[2], 0.25)
  const fill = canvas.linear(
    [
      [0, shift(wall, -0.02)],
      [0.55, wall],
      [1, mix(wall, palette.near, 0.35)],
    ],
    [0, 0, 1, 0],
  )
  const bands = [0.2, 0.56].map((share) => {
    const y = top + tall * share
    const half = 13 + 9 * share
    return path(
      `M${round(x - half)} ${round(y)}h${round(half * 2)}l${round(1.6)} ${round(tall * 0.17)}h${round(-half * 2 - 3.2)}Z`,
      css(palette.accent, 0.92),
    )
  })
  const lamp =
    rect(x - 9, top - 20, 18, 20, css(palette.light)) +
    path(`M${round(x - 14)} ${round(top - 20)}l14 -15l14 15Z`, css(palette.near)) +
    rect(x - 17, top - 2, 34, 4, css(palette.near))
  const beam = glow(canvas, x, top - 10, palette.isNight ? 210 : 90, palette.light, palette.isNight ? 0.9 : 0.6)
  return path(body, fill) + bands.join('') + beam + lamp + rock
}

function beach(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const sand = mix(palette.sky[2], palette.isNight ? palette.near : [0.83, 0.06, 75], 0.55)
  const top = height * canvas.between(0.84, 0.9)
  const rise = canvas.between(-40, 40)
  const line = `C${round(width * 0.3)} ${round(top - 26)} ${round(width * 0.6)} ${round(top + 34)} ${round(width)} ${round(top + rise)}V${round(height)}H0Z`
  const foam = css(mix(palette.light, sand, 0.1), 0.75)
  return (
    path(`M0 ${round(top - 9)}${line}`, foam) +
    path(
      `M0 ${round(top + 4)}${line}`,
      canvas.linear([
        [0, shift(sand, -0.1)],
        [0.35, sand],
        [1, mix(sand, palette.near, 0.18)],
      ]),
    )
  )
}
