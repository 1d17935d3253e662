/** A result as tiles. Rows are numbers that mean something to whoever asked. */
export interface Tiles {
  /** The row that each tile shows. */
  rows: Int32Array
  /** The row whose time each tile stands at: that of the first image of its stack. */
  timeRows: Int32Array
  /** For each tile that is a closed stack, by the row it shows: all of its rows, in order. */
  members: ReadonlyMap<number, readonly number[]>
  /** For each row that stands in an opened stack: how many rows it has. */
  opened: ReadonlyMap<number, number>
}

interface Stacking {
  /** 0: none. */
  batchOf(row: number): number
  /** The row of the highest merit is the one that a closed stack shows; among equals the first. */
  meritOf(row: number): number
  /** The batches whose images stand beside each other, at the place of the first. */
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

/** What a person has said of an image, as one number: starred before rated before not judged before rejected. */
export function meritFrom(said: { star: boolean; rating: number; reject: boolean }): number {
  return (said.star ? 10 : 0) + said.rating - (said.reject ? 100 : 0)
}
