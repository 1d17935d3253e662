/** A colour in OKLCH: lightness 0–1, chroma 0–0.3, hue in degrees. Equal steps look equal. */
export type Color = readonly [lightness: number, chroma: number, hue: number]

export function mix(from: Color, to: Color, share: number): Color {
  const [l1, a1, b1] = toLab(from)
  const [l2, a2, b2] = toLab(to)
  const a = a1 + (a2 - a1) * share
  const b = b1 + (b2 - b1) * share
  return [l1 + (l2 - l1) * share, Math.hypot(a, b), (Math.atan2(b, a) * 180) / Math.PI]
}

/** The colour made lighter (or darker) and stronger (or weaker). */
export function shift([lightness, chroma, hue]: Color, byLightness: number, byChroma = 0, byHue = 0): Color {
  return [Math.min(1, Math.max(0, lightness + byLightness)), Math.max(0, chroma + byChroma), hue + byHue]
}

/** The shorter way from one hue to another, in degrees. */
export function hueTurn(from: number, to: number): number {
  return ((((to - from + 180) % 360) + 360) % 360) - 180
}

export function css(color: Color, opacity = 1): string {
  const [red, green, blue] = toRgb(color)
  return opacity >= 1 ? `rgb(${red},${green},${blue})` : `rgba(${red},${green},${blue},${opacity.toFixed(3)})`
}

/** 8-bit sRGB; values out of range are clipped. */
export function toRgb(color: Color): [red: number, green: number, blue: number] {
  const [l, a, b] = toLab(color)
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    encode(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    encode(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    encode(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ]
}

function toLab([lightness, chroma, hue]: Color): [number, number, number] {
  const angle = (hue * Math.PI) / 180
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)]
}

function encode(linear: number): number {
  const value = Math.min(1, Math.max(0, linear))
  const curved = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055
  return Math.round(curved * 255)
}
