import type { Loss } from './laying.ts'
import type { Picture } from './picture.ts'

/** What an image will lose when an answer is laid into it; known before anything is sent. */
export function expectedLosses({ mime, file }: Pick<Picture, 'mime' | 'file'>): Loss[] {
  if (!file) return []
  const isPng = mime === 'image/png'
  const isProfileLost = file.profile !== 'srgb' && (mime === 'image/heic' || mime === 'image/avif')
  return [
    ...(file.deep ? (['depth'] as const) : []),
    ...(isProfileLost ? (['profile'] as const) : []),
    ...(file.hasAlpha && !isPng ? (['alpha'] as const) : []),
  ]
}
