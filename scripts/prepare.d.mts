export const root: string
export function ensureInstalled(): void
export function ensureBuilt(): void
export function ensureDemoBuilt(): void
export const pageElsewhere: { proxyUrl: string; folder: string }
