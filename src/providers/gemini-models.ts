import type { Brief } from '#domain/brief.ts'

type Size = Brief['size']

interface Facts {
  /** The values it accepts as `imageSize`; empty if it does not know the member. */
  sizes: readonly Size[]
  /** About what one image costs, in US dollars. */
  priceDollars: Partial<Record<Size, number>>
}

const both = ['1K', '2K'] as const

/** docs/services.md 8.2. An image at 2K counts one and a half times the tokens of one at 1K, except with Pro. */
const known: Readonly<Record<string, Facts>> = {
  'gemini-nano-banana-2.1': { sizes: both, priceDollars: { '1K': 0.034, '2K': 0.051 } },
  'gemini-3.1-flash-image': { sizes: both, priceDollars: { '1K': 0.067, '2K': 0.101 } },
  'gemini-3.1-flash-lite-image': { sizes: ['1K'], priceDollars: {} },
  'gemini-3-pro-image': { sizes: both, priceDollars: { '1K': 0.134, '2K': 0.134 } },
  'gemini-2.5-flash-image': { sizes: [], priceDollars: { '1K': 0.039 } },
}

/** Assumed for a model whose price is not known. */
const dearestDollars = 0.134

/**
 * In the order of use: if one is no longer in service, the next is asked. The expensive model is only used when it is
 * configured.
 */
export const defaultModels: readonly string[] = [
  'gemini-nano-banana-2.1',
  'gemini-3.1-flash-image',
  'gemini-3.1-flash-lite-image',
]

/** The ratios that every model in service accepts. docs/services.md 8.1. */
export const geminiRatios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const

/** "gemini-nano-banana-2.1" as "Gemini Nano Banana 2.1". The title always contains the service's name. */
export function modelTitle(id: string): string {
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return words[0] === 'Gemini' ? words.join(' ') : ['Gemini', ...words].join(' ')
}

/**
 * The `imageSize` to ask a model for: the wanted one, the largest one below it, or none. An unknown model gets the
 * wanted one.
 */
export function sizeFor(id: string, wanted: Size): Size | undefined {
  const facts = known[id]
  return facts === undefined || facts.sizes.includes(wanted) ? wanted : facts.sizes.at(-1)
}

/** About, in US dollars; `undefined` if not known. */
export function priceDollarsOf(id: string, wanted: Size): number | undefined {
  return known[id]?.priceDollars[sizeFor(id, wanted) ?? '1K']
}

/** The price of an image where spending is limited in credits; a credit is about 0.005 US dollars. */
export function creditsOf(id: string, wanted: Size): number {
  return Math.ceil((priceDollarsOf(id, wanted) ?? dearestDollars) / 0.005)
}

/** The ratio nearest to the wanted one: 16:21 does not exist here. */
export function nearestRatio(wanted: string): (typeof geminiRatios)[number] {
  const away = (ratio: string) => Math.abs(Math.log(shareOf(ratio) / shareOf(wanted)))
  return [...geminiRatios].sort((a, b) => away(a) - away(b))[0] ?? '1:1'
}

function shareOf(ratio: string): number {
  const [across = 1, down = 1] = ratio.split(':').map(Number)
  return across / down
}
