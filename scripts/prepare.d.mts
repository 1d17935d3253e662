export const root: string
export function ensureInstalled(): void
export function ensureBuilt(): void
export function ensureDemoBuilt(): void
export function ensurePageFor(proxyUrl: string, folder: string): void
