import { useQuery } from '@tanstack/react-query'
import type { PictureId } from '#domain/ids.ts'
import { hasContentCredentials } from '#imaging/metadata/content-credentials.ts'
import type { ExportItem } from '#library/export/export-plan.ts'
import { useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'

/** At most this many files are checked before the export. */
const mostRead = 24

/** How many of the images carry Content Credentials. */
export function useSigned(items: readonly ExportItem[]): number {
  const store = useStore()
  const ids = items.slice(0, mostRead).map(({ picture }) => picture.id)
  const { data } = useQuery({
    queryKey: ['originals', 'signed', ids],
    queryFn: () => countSigned(store, ids),
    networkMode: 'always',
  })
  return data ?? 0
}

async function countSigned(store: GalleryStore, ids: readonly PictureId[]): Promise<number> {
  let count = 0
  for (const id of ids) {
    const file = await store.original(id).catch(() => undefined)
    if (file && hasContentCredentials(new Uint8Array(await file.arrayBuffer()))) count += 1
  }
  return count
}
