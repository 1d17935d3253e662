type Rgb = readonly [red: number, green: number, blue: number]

/** Names by OKLCH hue: each with its upper bound in degrees. */
const hues: readonly (readonly [below: number, name: string])[] = [
  [14, 'pink'],
  [48, 'red'],
  [80, 'orange'],
  [118, 'yellow'],
  [165, 'green'],
  [188, 'turquoise'],
  [220, 'cyan'],
  [275, 'blue'],
  [310, 'violet'],
  [345, 'magenta'],
  [361, 'pink'],
]

/** A colour in words that an image model knows: "dark muted blue". Levels 0–255 in sRGB. */
export function nameColour(rgb: Rgb): string {
  const [light, chroma, hue] = toOklch(rgb)
  if (chroma < 0.025) return nameGrey(light)
  const name = hues.find(([below]) => hue < below)?.[1] ?? 'pink'
  if ((name === 'orange' || name === 'red') && light < 0.56 && chroma < 0.15)
    return light < 0.35 ? 'dark brown' : 'brown'
  if (name === 'orange' && light > 0.75 && chroma < 0.1) return 'beige'
  if (name === 'red' && light > 0.72) return chroma < 0.1 ? 'pale pink' : 'coral pink'
  if (name === 'yellow' && light < 0.62) return 'olive'
  const words = [
    light > 0.85 ? 'pale' : light < 0.4 ? 'dark' : '',
    chroma > 0.19 ? 'vivid' : chroma < 0.07 ? 'muted' : '',
  ]
  return [...words.filter((word) => word !== ''), name].join(' ')
}

/** "#D8A0A8". */
export function toHex(rgb: Rgb): string {
  return `#${rgb.map((level) => Math.round(level).toString(16).padStart(2, '0')).join('')}`.toUpperCase()
}

function nameGrey(light: number): string {
  if (light > 0.96) return 'white'
  if (light > 0.8) return 'light grey'
  if (light > 0.48) return 'grey'
  return light > 0.24 ? 'dark grey' : 'black'
}

/** Lightness 0–1, chroma, hue in degrees (OKLCH). */
function toOklch(rgb: Rgb): [light: number, chroma: number, hue: number] {
  const [r, g, b] = rgb.map((level) => {
    const value = level / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const green = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const blue = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  const light = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s
  const degrees = (Math.atan2(blue, green) * 180) / Math.PI
  return [light, Math.hypot(green, blue), degrees < 0 ? degrees + 360 : degrees]
}
