import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { keys, noPictures, storedList, useStore } from './queries.ts'

/** How long an original stays in memory after nobody shows it: long enough to step back to it. */
const originalKeptMs = 30_000

/** Pictures made from this one, oldest first. */
export function useChildren(id: PictureId | undefined): readonly Picture[] {
  const store = useStore()
  const { data } = useQuery({
    ...storedList,
    queryKey: keys.children(id),
    queryFn: () => (id === undefined ? [] : store.childrenOf(id)),
    enabled: id !== undefined,
  })
  return data ?? noPictures
}

/** A picture's kept bytes and an address for them, valid as long as it is shown. `missing`: they are gone or damaged. */
export function useOriginal(id: PictureId | undefined): {
  url: string | undefined
  bytes: Blob | undefined
  missing: boolean
} {
  const store = useStore()
  const { data, isError } = useQuery({
    ...storedList,
    queryKey: keys.original(id),
    queryFn: async () => (id === undefined ? null : ((await store.original(id)) ?? null)),
    gcTime: originalKeptMs,
    enabled: id !== undefined,
  })
  const bytes = data ?? undefined
  return { url: useObjectUrl(bytes), bytes, missing: isError || data === null }
}

function useObjectUrl(bytes: Blob | undefined): string | undefined {
  const [made, setMade] = useState<{ bytes: Blob; url: string }>()
  useEffect(() => {
    if (!bytes) return
    const url = URL.createObjectURL(bytes)
    setMade({ bytes, url })
    return () => URL.revokeObjectURL(url)
  }, [bytes])
  return made && made.bytes === bytes ? made.url : undefined
}
