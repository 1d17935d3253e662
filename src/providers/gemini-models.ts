import type { Brief } from '#domain/brief.ts'

type Size = Brief['size']

interface Facts {
  /** What it takes as `imageSize`; none where it does not know the member. */
  sizes: readonly Size[]
  /** About what a picture costs, in US dollars. */
  priceDollars: Partial<Record<Size, number>>
}

const both = ['1K', '2K'] as const

/** docs/services.md 8.2. A picture at 2K counts one and a half times the tokens of one at 1K, but not with Pro. */
const known: Readonly<Record<string, Facts>> = {
  'gemini-nano-banana-2.1': { sizes: both, priceDollars: { '1K': 0.034, '2K': 0.051 } },
  'gemini-3.1-flash-image': { sizes: both, priceDollars: { '1K': 0.067, '2K': 0.101 } },
  'gemini-3.1-flash-lite-image': { sizes: ['1K'], priceDollars: {} },
  'gemini-3-pro-image': { sizes: both, priceDollars: { '1K': 0.134, '2K': 0.134 } },
  'gemini-2.5-flash-image': { sizes: [], priceDollars: { '1K': 0.039 } },
}

/** Stands for a price that is not known. */
const dearestDollars = 0.134

/** In the order in which they are asked: the next one where one is no longer in service. The dear one is asked only by name. */
export const defaultModels: readonly string[] = [
  'gemini-nano-banana-2.1',
  'gemini-3.1-flash-image',
  'gemini-3.1-flash-lite-image',
]

/** Taken by every model in service. docs/services.md 8.1. */
export const geminiRatios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const

/** "gemini-nano-banana-2.1" as "Gemini Nano Banana 2.1". The service's name stands in it whatever the id. */
export function modelTitle(id: string): string {
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return words[0] === 'Gemini' ? words.join(' ') : ['Gemini', ...words].join(' ')
}

/** The `imageSize` to ask a model for: the wanted one, its largest below, or none. A model that is not known is given it. */
export function sizeFor(id: string, wanted: Size): Size | undefined {
  const facts = known[id]
  return facts === undefined || facts.sizes.includes(wanted) ? wanted : facts.sizes.at(-1)
}

/** About, in US dollars; `undefined` where it is not known. */
export function priceDollarsOf(id: string, wanted: Size): number | undefined {
  return known[id]?.priceDollars[sizeFor(id, wanted) ?? '1K']
}

/** What a picture counts where spending is limited in credits, of which each is about 0.005 dollars. */
export function creditsOf(id: string, wanted: Size): number {
  return Math.ceil((priceDollarsOf(id, wanted) ?? dearestDollars) / 0.005)
}

/** The ratio nearest to a wanted one: 16:21 does not exist here. */
export function nearestRatio(wanted: string): (typeof geminiRatios)[number] {
  const away = (ratio: string) => Math.abs(Math.log(shareOf(ratio) / shareOf(wanted)))
  return [...geminiRatios].sort((a, b) => away(a) - away(b))[0] ?? '1:1'
}

function shareOf(ratio: string): number {
  const [across = 1, down = 1] = ratio.split(':').map(Number)
  return across / down
}
