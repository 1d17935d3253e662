import { useEffect, useState } from 'react'
import { expectedLosses } from '#domain/expected-losses.ts'
import type { Loss } from '#domain/laying.ts'
import type { Picture } from '#domain/picture.ts'
import { isDeepPng } from '#imaging/png-depth.ts'
import { useStore } from '#store/queries.ts'

/**
 * What an image will lose when an answer is laid into it. Records of earlier versions do not say whether a PNG has 16
 * bits per channel, so the beginning of such a file is read while the image is edited.
 */
export function useLosses(picture: Picture): readonly Loss[] {
  const store = useStore()
  const [deep, setDeep] = useState<Picture['id']>()
  const { id, mime, file } = picture
  const isUnknown = mime === 'image/png' && file !== undefined && !file.deep
  useEffect(() => {
    if (!isUnknown) return
    let isWanted = true
    const read = async () => {
      const bytes = await store.original(id).catch(() => undefined)
      const isDeep = bytes !== undefined && (await isDeepPng(bytes))
      if (isWanted && isDeep) setDeep(id)
    }
    void read()
    return () => {
      isWanted = false
    }
  }, [store, id, isUnknown])
  return expectedLosses(deep === id && file ? { mime, file: { ...file, deep: true } } : picture)
}
