import type { FallbackRule } from '#domain/run.ts'
import type { Scene } from '#domain/scene.ts'

export type Theme = 'system' | 'dark' | 'light'

/** The user's settings, the same in all windows of this browser. Each has a key of its own. */
export interface Settings {
  theme: Theme
  /** Column widths in px. */
  createWidth: number
  galleryWidth: number
  /** Empty: the address that the page was built with. */
  proxyUrl: string
  /** The address of the proxy whose access token was entered here. Its cookie is sent from other origins too. */
  enteredProxy: string
  /** How many runs may be at the service at the same time; the others wait here. */
  runsAtOnce: number
  /** The user is asked before exceeding this for one image or in a day, in credits. 0: never. */
  askAbovePrice: number
  askAboveDay: number
  fallback: FallbackRule
  /** About the width of a gallery tile, in px. */
  tilePx: number
  /** Tiles have the images' own ratios; otherwise they are square. */
  naturalTiles: boolean
  /** Whether the images of a batch form one tile of the gallery. */
  stackBatches: boolean
  /** Show a system notification when a run has ended. The browser must allow it too. */
  notifications: boolean
  /** An image was made and kept in this browser. If the store has no runs at all, it has been cleared since. */
  hasKept: boolean
  /** The user's own prompt templates, newest first. */
  templates: readonly string[]
  /** Contents of the scene sheet. */
  scene: Scene
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
  stackBatches: true,
  notifications: false,
  hasKept: false,
  templates: [],
  scene: {},
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
  stackBatches: isFlag,
  notifications: isFlag,
  hasKept: isFlag,
  templates: (value) => Array.isArray(value) && value.every(isText),
  scene: (value) => value instanceof Object && Object.values(value).every(isText),
}

/** The members of `values` that are settings with a valid value. */
export function soundSettings(values: object): Partial<Settings> {
  const members = values as Readonly<Record<string, unknown>>
  return Object.fromEntries(names.flatMap((name) => (checks[name](members[name]) ? [[name, members[name]]] : [])))
}

/** The settings in `next` that differ from `before`. */
export function changedSettings(next: Settings, before: Settings): Partial<Settings> {
  return Object.fromEntries(names.flatMap((name) => (next[name] === before[name] ? [] : [[name, next[name]]])))
}

export function isSetting(name: string): boolean {
  return Object.hasOwn(initialSettings, name)
}

export const settingNames: readonly string[] = names
