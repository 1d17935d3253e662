export interface WebKitPrograms {
  driver: string
  browser: string
  display: string
}

export function ensureChromium(): string
export function ensureRedis(): void
export function findFirefox(): string | undefined
export function findWebKit(): WebKitPrograms | undefined
