import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Collection } from '#domain/collection.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { keys, storedList, useStore } from './queries.ts'
import type { GalleryStore } from './store.ts'

/** How long an original stays in memory when it is no longer shown: long enough to go back to it. */
const originalKeptMs = 30_000

/**
 * One image of a family. `picture` is absent if it was deleted permanently and only its descendants still refer to it.
 */
export interface Relative {
  id: PictureId
  picture: Picture | undefined
  /** The image it was made from first; others are references. */
  parentId: PictureId | undefined
}

/** Limits the depth, because a damaged store could hold endless chains. */
const mostGenerations = 24
const mostRelatives = 120

/**
 * The whole family of an image: from its first ancestor to all edits, parents before children, oldest first. Images in
 * the bin are left out unless this image was made from them. `undefined` until it is read.
 */
export function useFamily(id: PictureId): readonly Relative[] | undefined {
  const store = useStore()
  const { data } = useQuery({
    ...storedList,
    // Below the key of children, so that every change of images reads it again.
    queryKey: [...keys.children(id), 'family'],
    queryFn: () => readFamily(store, id),
  })
  return data
}

/** The images next to this one on its shelf; for an answer that was laid in, those in the gallery. */
export function useNeighbours(picture: Picture): { older?: Picture | undefined; newer?: Picture | undefined } {
  const store = useStore()
  const { data } = useQuery({
    ...storedList,
    queryKey: [...keys.beside(picture.id), picture.shelf],
    queryFn: async () => {
      const shelf = picture.shelf === 'answers' ? 'gallery' : picture.shelf
      const [[older], newer] = await Promise.all([
        store.pictures(shelf, 1, picture),
        store.newerThan({ ...picture, shelf }),
      ])
      return { older, newer }
    },
  })
  return data ?? {}
}

const noCollections: readonly Collection[] = []

/** All collections in list order; none until they are read. */
export function useCollections(): readonly Collection[] {
  return useReadCollections() ?? noCollections
}

/** All collections in list order. `undefined` until they are read. */
export function useReadCollections(): readonly Collection[] | undefined {
  const store = useStore()
  return useQuery({ ...storedList, queryKey: keys.collections, queryFn: () => store.collections.all() }).data
}

/** Whether there are samples that can be removed. */
export function useHasSamples(): boolean {
  const store = useStore()
  return useQuery({ ...storedList, queryKey: keys.samples, queryFn: () => store.hasSamples() }).data ?? false
}

async function readFamily(store: GalleryStore, id: PictureId): Promise<readonly Relative[]> {
  const line = await readAncestors(store, id)
  const found = new Map<PictureId, Relative>()
  // A damaged store may hold a cycle of parents: the tree then starts where the chain was cut off.
  let generation: Relative[] = line.slice(-1).map((first) => ({ ...first, parentId: undefined }))
  while (generation.length > 0 && found.size < mostRelatives) {
    for (const relative of generation) found.set(relative.id, relative)
    const next = await Promise.all(generation.map((parent) => readEdits(store, parent.id, line)))
    generation = next.flat().filter((child) => !found.has(child.id))
  }
  return [...found.values()]
}

/** The image itself first, its oldest ancestor last. */
async function readAncestors(store: GalleryStore, id: PictureId): Promise<Relative[]> {
  const line: Relative[] = []
  let next: PictureId | undefined = id
  while (next !== undefined && line.length < mostGenerations && !line.some((each) => each.id === next)) {
    const picture: Picture | undefined = await store.picture(next)
    line.push({ id: next, picture, parentId: picture?.parents[0] })
    next = picture?.parents[0]
  }
  return line
}

/** Edits of an image. An image for which it was only a reference belongs to another family. */
async function readEdits(store: GalleryStore, parentId: PictureId, line: readonly Relative[]): Promise<Relative[]> {
  const children = await store.childrenOf(parentId)
  return children
    .filter(({ parents: [first] }) => first === parentId)
    .filter(({ id, shelf }) => shelf !== 'bin' || line.some((each) => each.id === id))
    .map((picture) => ({ id: picture.id, picture, parentId }))
}

/**
 * The image as it is drawn, with an object URL that is valid while it is shown. `missing`: its bytes are missing or
 * damaged.
 */
export function useOriginal(id: PictureId | undefined): {
  url: string | undefined
  bytes: Blob | undefined
  missing: boolean
} {
  const store = useStore()
  const { data, isError } = useQuery({
    ...storedList,
    queryKey: keys.original(id),
    queryFn: async () => (id === undefined ? null : ((await store.drawable(id)) ?? null)),
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
