import type { PictureId } from '#domain/ids.ts'

/** What the layout needs to know about one image of a family. */
export interface Member {
  id: PictureId
  /** The image after which it is drawn; absent for the first one. */
  parentId?: PictureId | undefined
  /** Epoch ms. */
  createdAt: number
  /** The user's own file, which has no version number. */
  isSource: boolean
  /** Cropped or turned by the user. */
  isCrop?: boolean
}

/** Where a member is drawn: columns are generations, rows are branches, both from 0. */
export interface FamilyPlace {
  id: PictureId
  parentId?: PictureId | undefined
  column: number
  row: number
  /** "Source", "v1", "v2a", "crop". */
  label: string
}

export interface FamilyLayout {
  places: readonly FamilyPlace[]
  columns: number
  rows: number
}

/**
 * Lays a family out as a tree from left to right. The first edit of an image is in its row, each further one starts a
 * row below. Parents come first in `members`; a member whose parent is not among them is a root.
 */
export function layoutFamily(members: readonly Member[]): FamilyLayout {
  const known = new Set(members.map(({ id }) => id))
  const isRoot = ({ parentId }: Member) => parentId === undefined || !known.has(parentId)
  const children = grouped(
    members.filter((member) => !isRoot(member)),
    ({ parentId }) => parentId,
  )
  const placed = new Map<PictureId, { member: Member; column: number; row: number }>()

  /** Gives the number of rows that the branch needs. */
  function place(member: Member, column: number, row: number): number {
    if (placed.has(member.id)) return 0
    placed.set(member.id, { member, column, row })
    let taken = 0
    for (const child of children.get(member.id) ?? []) taken += place(child, column + 1, row + taken)
    return Math.max(1, taken)
  }

  let rows = 0
  for (const root of members.filter(isRoot)) rows += place(root, 0, rows)
  const all = [...placed.values()]
  const labels = labelsOf(all)
  return {
    places: all.map(({ member: { id, parentId }, column, row }) => ({
      id,
      parentId: parentId !== undefined && known.has(parentId) ? parentId : undefined,
      column,
      row,
      label: labels.get(id) ?? '',
    })),
    columns: Math.max(0, ...all.map(({ column }) => column + 1)),
    rows,
  }
}

/** `Map.groupBy`, which Node 20 and some supported browsers lack. */
function grouped<Key, Value>(values: readonly Value[], keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>()
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value])
  return groups
}

/** Versions are numbered by generation; several of one generation get letters, oldest first. Crops are no versions. */
function labelsOf(all: readonly { member: Member; column: number }[]): Map<PictureId, string> {
  const labels = new Map<PictureId, string>()
  const startsWithSource = all.some(({ member, column }) => column === 0 && member.isSource)
  for (const [column, generation] of grouped(all, (each) => each.column)) {
    const version = startsWithSource ? column : column + 1
    const members = generation.map(({ member }) => member).toSorted((a, b) => a.createdAt - b.createdAt)
    const [crops, versions] = [members.filter(({ isCrop }) => isCrop), members.filter(({ isCrop }) => !isCrop)]
    for (const [index, { id }] of versions.entries()) {
      if (version === 0) labels.set(id, 'Source')
      else labels.set(id, versions.length === 1 ? `v${version}` : `v${version}${lettersOf(index)}`)
    }
    for (const [index, { id }] of crops.entries()) {
      labels.set(id, crops.length === 1 ? 'crop' : `crop ${lettersOf(index)}`)
    }
  }
  return labels
}

/** 0 → "a", 25 → "z", 26 → "aa". */
function lettersOf(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26))
  return index < 26 ? letter : lettersOf(Math.floor(index / 26) - 1) + letter
}

type Direction = 'left' | 'right' | 'up' | 'down'

/**
 * The neighbour in the direction of an arrow key: the parent, the first edit, or the next branch in the same
 * generation.
 */
export function neighbourOf({ places }: FamilyLayout, id: PictureId, direction: Direction): PictureId | undefined {
  const from = places.find((place) => place.id === id)
  if (!from) return undefined
  if (direction === 'left') return from.parentId
  if (direction === 'right') return places.find(({ parentId }) => parentId === id)?.id
  const column = places.filter(({ column }) => column === from.column).toSorted((a, b) => a.row - b.row)
  return column[column.indexOf(from) + (direction === 'down' ? 1 : -1)]?.id
}

/** The image and all its ancestors: their line is emphasised. */
export function lineTo({ places }: FamilyLayout, id: PictureId): ReadonlySet<PictureId> {
  const line = new Set<PictureId>()
  for (let at: PictureId | undefined = id; at !== undefined && !line.has(at); ) {
    line.add(at)
    const here: PictureId = at
    at = places.find((place) => place.id === here)?.parentId
  }
  return line
}
