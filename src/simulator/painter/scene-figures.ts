import { type Color, css, mix, shift } from './color.ts'
import { circle, ellipse, glow, path, rect, round, type SceneCanvas } from './scene-canvas.ts'

/** A person without a face in front of a disc of light, in flat shapes. */
export function paintPortrait(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const skins: readonly Color[] = [
    [0.82, 0.06, 60],
    [0.7, 0.085, 55],
    [0.52, 0.08, 50],
    [0.4, 0.06, 48],
  ]
  const skin = mix(
    skins[Math.floor(canvas.random() * skins.length)] ?? [0.7, 0.08, 55],
    palette.sky[1],
    palette.isNight ? 0.32 : 0.12,
  )
  const hair = shift(palette.near, canvas.between(-0.06, 0.06))
  const cloth = canvas.random() < 0.5 ? palette.second : palette.accent
  const ground = rect(0, 0, width, height, canvas.blend([palette.sky[0], palette.sky[2]]))
  const size = Math.min(width, height * 0.95) / 1000
  const disc = circle(
    width / 2,
    height * 0.44,
    330 * size,
    canvas.blend([
      mix(palette.light, cloth === palette.accent ? palette.second : palette.accent, 0.55),
      mix(palette.light, palette.accent, 0.2),
    ]),
  )
  const light = glow(canvas, width / 2, height * 0.44, 620 * size, palette.light, 0.4)
  const figure = `<g transform="translate(${round(width / 2)} ${round(height - 1000 * size)}) scale(${(size * 1.02).toFixed(4)})">${bust(canvas, skin, hair, cloth)}</g>`
  return ground + light + disc + leaf(canvas) + figure
}

function bust(canvas: SceneCanvas, skin: Color, hair: Color, cloth: Color): string {
  const { palette } = canvas
  const isLong = canvas.random() < 0.55 && !canvas.has(/\bman\b|\bboy\b/i)
  const shade = css(mix(skin, palette.near, 0.34))
  const back = isLong
    ? 'M-150 330C-190 120 190 120 158 330C150 480 190 600 150 700C60 760 -70 760 -152 700C-190 600 -140 480 -150 330Z'
    : 'M-152 340C-190 110 190 110 156 340C160 420 140 470 110 480H-110C-140 470 -158 420 -152 340Z'
  const shoulders = 'M-400 1010C-390 830 -270 760 -110 720C-40 790 50 790 110 720C270 760 390 830 400 1010Z'
  const neck = 'M-62 520H66V720C40 790 -30 790 -66 720Z'
  const face = 'M-122 330C-126 190 126 190 122 330C126 470 70 560 0 560C-70 560 -126 470 -122 330Z'
  const side = 'M0 205C110 205 126 270 122 330C126 470 70 560 0 560C70 500 74 300 0 205Z'
  const fringe = isLong
    ? 'M-138 372C-160 170 150 130 144 372C120 320 96 270 20 240C-40 290 -110 300 -138 372Z'
    : 'M-140 350C-160 150 160 150 142 350C130 290 90 262 0 268C-80 262 -124 290 -140 350Z'
  const fold = canvas.blend([shift(cloth, 0.07), mix(cloth, palette.near, 0.4)], [0, 0, 1, 1])
  const earring = circle(126, 452, 15, css(palette.accent)) + circle(122, 448, 5, css(palette.light))
  return [
    path(back, canvas.blend([shift(hair, 0.06), hair])),
    path(neck, css(mix(skin, palette.near, 0.2))),
    path(shoulders, fold),
    path('M-110 720C-40 790 50 790 110 720C80 860 -70 860 -110 720Z', css(mix(skin, palette.near, 0.06))),
    path(face, canvas.blend([shift(skin, 0.04), skin], [0, 0, 1, 1])),
    path(side, shade, 'opacity="0.5"'),
    path(
      fringe,
      canvas.linear(
        [
          [0, shift(hair, 0.1)],
          [0.6, hair],
          [1, shift(hair, -0.03)],
        ],
        [0, 0, 1, 1],
      ),
    ),
    canvas.has(/\bman\b|\bboy\b/i) ? '' : earring,
  ].join('')
}

/** Large leaves behind the person. */
function leaf(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  return Array.from({ length: 8 }, (_, index) => {
    const isLeft = index % 2 === 0
    const x = isLeft ? width * canvas.between(-0.02, 0.2) : width * canvas.between(0.8, 1.02)
    const turn = (isLeft ? 1 : -1) * canvas.between(4, 52)
    const color = mix(palette.second, palette.near, canvas.between(0.1, 0.6))
    const size = canvas.between(0.8, 1.5)
    const blade = `M0 0C-70 -110 -60 -260 0 -360C60 -260 70 -110 0 0Z`
    const vein = `<path d="M0 0V-330" stroke="${css(shift(color, 0.1))}" stroke-width="3"/>`
    return `<g transform="translate(${round(x)} ${round(height * canvas.between(0.8, 1.05))}) rotate(${round(turn)}) scale(${round(size)})">${path(
      blade,
      canvas.blend([shift(color, 0.05), shift(color, -0.06)], [0, 0, 1, 0]),
    )}${vein}</g>`
  }).join('')
}

interface Coat {
  color: Color
  ears: 'pointed' | 'round' | 'long'
  mask: boolean
}

/** An animal's head made of flat facets, between leaves. */
export function paintCreature(canvas: SceneCanvas): string {
  const { width, height, palette } = canvas
  const coat = coatOf(canvas)
  const { mask, ears } = coat
  const ground = rect(0, 0, width, height, canvas.blend([palette.sky[0], palette.sky[2]]))
  const size = Math.min(width, height) / 1000
  const disc = circle(
    width / 2,
    height * 0.46,
    360 * size,
    css(mix(palette.sky[2], mask ? palette.second : palette.accent, 0.42), 0.9),
  )
  const head = `<g transform="translate(${round(width / 2)} ${round(height * (ears === 'long' ? 0.58 : 0.52))}) scale(${(size * (ears === 'long' ? 0.86 : 1.08)).toFixed(4)})">${faceOf(canvas, coat)}</g>`
  return ground + glow(canvas, width / 2, height * 0.46, 700 * size, palette.light, 0.45) + disc + leaf(canvas) + head
}

function coatOf(canvas: SceneCanvas): Coat {
  const { palette } = canvas
  if (canvas.has(/fox/i)) return { color: [0.66, 0.17, 45], ears: 'pointed', mask: true }
  if (canvas.has(/rabbit|hare|bunny/i)) return { color: [0.78, 0.04, 65], ears: 'long', mask: false }
  if (canvas.has(/bear|panda/i)) return { color: [0.45, 0.06, 50], ears: 'round', mask: false }
  if (canvas.has(/wolf|husky/i)) return { color: [0.6, 0.02, 255], ears: 'pointed', mask: true }
  return { color: mix(palette.near, palette.accent, 0.45), ears: 'pointed', mask: false }
}

function faceOf(canvas: SceneCanvas, { color, ears, mask }: Coat): string {
  const { palette } = canvas
  const pale = mix(palette.light, color, 0.1)
  const dark = shift(palette.near, -0.05)
  const jaw = mask ? pale : shift(color, 0.07)
  const eyes = both('-172,-8 -128,-34 -84,6 -128,16', dark, shift(dark, -0.03))
  const shine = [-1, 1].map((side) => circle(side * 126, -14, 6, css(palette.light)))
  const nose = `<polygon points="-46,222 46,222 0,292" fill="${css(dark)}"/>${ellipse(-12, 234, 12, 5, css(palette.light, 0.5))}`
  return [
    earsOf(canvas, ears, color),
    both('0,-190 -150,-180 -285,-40 -250,90 0,90', shift(color, 0.03), shift(color, -0.045)),
    both('-250,90 -285,-40 -130,60 -92,250 0,300 0,90', jaw, shift(jaw, -0.06)),
    both('0,-190 -70,-60 -64,120 0,262', shift(color, 0.06), shift(color, -0.01)),
    eyes,
    ...shine,
    nose,
  ].join('')
}

function earsOf(canvas: SceneCanvas, ears: Coat['ears'], color: Color): string {
  const { near, light, accent } = canvas.palette
  const dark = mix(color, near, 0.55)
  const right = shift(color, -0.07)
  switch (ears) {
    case 'pointed':
      return (
        both('-70,-150 -245,-395 -262,-70', color, right) +
        both('-112,-165 -222,-330 -232,-110', dark, shift(dark, -0.04))
      )
    case 'long': {
      const inner = mix(mix(light, color, 0.1), accent, 0.35)
      return (
        both('-40,-160 -70,-520 -150,-560 -190,-420 -160,-120', color, right) +
        both('-76,-180 -96,-470 -140,-500 -158,-400 -136,-150', inner, shift(inner, -0.05))
      )
    }
    case 'round':
      return [-1, 1]
        .map(
          (side) =>
            circle(side * 200, -205, 92, css(side < 0 ? color : right)) + circle(side * 200, -200, 50, css(dark)),
        )
        .join('')
  }
}

/** A facet of the left half and its mirror image. */
function both(points: string, left: Color, right: Color): string {
  const plane = (fill: Color, more = '') => `<polygon points="${points}" fill="${css(fill)}"${more}/>`
  return plane(left) + plane(right, ' transform="scale(-1 1)"')
}
