import type { FallbackRule } from '#domain/run.ts'

export type Theme = 'system' | 'dark' | 'light'

/** What the user set, the same for all windows of this browser. Each is kept under a key of its own. */
export interface Settings {
  theme: Theme
  /** Column widths in px. */
  createWidth: number
  galleryWidth: number
  /** Empty: the address the page was built for. */
  proxyUrl: string
  /** The address of the proxy that took an access token here: its cookie goes along also from another origin. */
  enteredProxy: string
  /** How many runs may be out at the service at once; the rest wait here. */
  runsAtOnce: number
  /** Credits for one image, and in a day, above which the user wants to be asked. 0: never. */
  askAbovePrice: number
  askAboveDay: number
  fallback: FallbackRule
  /** Of the gallery: about how wide a tile is, in px. */
  tilePx: number
  /** Tiles of the gallery have the images' own ratios. Otherwise they are square. */
  naturalTiles: boolean
  /** Say with a system notification that a run has ended. The browser has to allow it as well. */
  notifications: boolean
  /** An image was made and kept in this browser: a store without any run has been cleared since. */
  hasKept: boolean
}

export const initialSettings: Settings = {
  theme: 'system',
  createWidth: 344,
  galleryWidth: 336,
  proxyUrl: '',
  enteredProxy: '',
  runsAtOnce: 8,
  askAbovePrice: 0,
  askAboveDay: 0,
  fallback: 'ask',
  tilePx: 104,
  naturalTiles: false,
  notifications: false,
  hasKept: false,
}

const names = Object.keys(initialSettings) as (keyof Settings)[]

type Check = (value: unknown) => boolean
const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isCount: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isOneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value)

const checks: Readonly<Record<keyof Settings, Check>> = {
  theme: isOneOf('system', 'dark', 'light'),
  createWidth: isCount,
  galleryWidth: isCount,
  proxyUrl: isText,
  enteredProxy: isText,
  runsAtOnce: (value) => isCount(value) && Number(value) >= 1,
  askAbovePrice: isCount,
  askAboveDay: isCount,
  fallback: isOneOf('ask', 'always', 'never'),
  tilePx: (value) => isCount(value) && Number(value) >= 64 && Number(value) <= 512,
  naturalTiles: isFlag,
  notifications: isFlag,
  hasKept: isFlag,
}

/** The members of `values` that are settings with a value that makes sense. */
export function soundSettings(values: object): Partial<Settings> {
  const members = values as Readonly<Record<string, unknown>>
  return Object.fromEntries(names.flatMap((name) => (checks[name](members[name]) ? [[name, members[name]]] : [])))
}

/** Those of `next` that differ from `before`. */
export function changedSettings(next: Settings, before: Settings): Partial<Settings> {
  return Object.fromEntries(names.flatMap((name) => (next[name] === before[name] ? [] : [[name, next[name]]])))
}

export function isSetting(name: string): boolean {
  return Object.hasOwn(initialSettings, name)
}

export const settingNames: readonly string[] = names
