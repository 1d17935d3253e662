/** A result as tiles. Rows are the caller's numbers. */
export interface Tiles {
  /** The row that each tile shows. */
  rows: Int32Array
  /** The row that gives each tile its time: the first image of its stack. */
  timeRows: Int32Array
  /** All rows of each closed stack in order, by the row that its tile shows. */
  members: ReadonlyMap<number, readonly number[]>
  /** For each row of an open stack: the stack's number of rows. */
  opened: ReadonlyMap<number, number>
}

interface Stacking {
  /** 0: none. */
  batchOf(row: number): number
  /** A closed stack shows the row with the highest merit; among equals the first. */
  meritOf(row: number): number
  /** Batches whose images are adjacent tiles, at the place of the first. */
  opened: ReadonlySet<number>
}

/** Images of one batch become one tile, at the place of the first of them in the order of `rows`. */
export function stackUp(rows: Int32Array, { batchOf, meritOf, opened }: Stacking): Tiles {
  const groups = new Map<number, number[]>()
  for (const row of rows) {
    const batch = batchOf(row)
    if (batch === 0) continue
    const group = groups.get(batch)
    if (group) group.push(row)
    else groups.set(batch, [row])
  }
  if (groups.size === 0) return { rows, timeRows: rows, members: new Map(), opened: new Map() }
  const shown: number[] = []
  const timeRows: number[] = []
  const members = new Map<number, readonly number[]>()
  const beside = new Map<number, number>()
  for (const row of rows) {
    const batch = batchOf(row)
    const group = batch === 0 ? undefined : groups.get(batch)
    if (group === undefined || group.length === 1) {
      shown.push(row)
      timeRows.push(row)
    } else if (group[0] !== row) continue
    else if (opened.has(batch)) {
      for (const member of group) {
        shown.push(member)
        timeRows.push(row)
        beside.set(member, group.length)
      }
    } else {
      const cover = group.reduce((best, member) => (meritOf(member) > meritOf(best) ? member : best))
      shown.push(cover)
      timeRows.push(row)
      members.set(cover, group)
    }
  }
  return { rows: Int32Array.from(shown), timeRows: Int32Array.from(timeRows), members, opened: beside }
}

/** The user's judgement of an image as a number: starred, then rated, then not judged, then rejected. */
export function meritFrom(said: { star: boolean; rating: number; reject: boolean }): number {
  return (said.star ? 10 : 0) + said.rating - (said.reject ? 100 : 0)
}
