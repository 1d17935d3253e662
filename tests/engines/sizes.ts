import type { Door } from './door.ts'
import { expect } from './fixtures.ts'

export type Size = keyof typeof sizesPx

/** WebKitGTK's windows are 447 px wide at least. Below 768 px the page has its layout for phones. */
export const sizesPx = { wide: [1440, 900], phone: [390, 844] } as const

export const sizes: readonly Size[] = ['wide', 'phone']

export async function changeSize(door: Door, size: Size): Promise<void> {
  const [width, height] = sizesPx[size]
  await door.resize(width, height)
  await expect.poll(() => door.evaluate(() => innerWidth < 768)).toBe(size === 'phone')
}

/** On a phone one view is shown at a time. */
export async function show(door: Door, size: Size, view: 'Create' | 'Image' | 'Gallery'): Promise<void> {
  if (size === 'phone') await door.click({ role: 'button', name: view, within: { role: 'navigation', name: 'Views' } })
}
