import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import type { Database } from './database.ts'
import type { SourceReport } from './store.ts'
import { toRun } from './stored-run.ts'

/** Runs read at once, because years of runs should not be held in memory. */
const pageSize = 500

/** See `GalleryStore.sourceReport`. One transaction, so that an image stored at the same time counts. */
export function readSourceReport(database: Database, inForms: readonly PictureId[]): Promise<SourceReport> {
  return database.read(['pictures', 'runs'], async (transaction) => {
    const needed = new Set(inForms)
    const runs = transaction.objectStore('runs').index('order')
    for (let after: IDBKeyRange | null = null, isLast = false; !isLast; ) {
      const page = await runs.getAll(after, pageSize)
      for (const record of page) for (const id of sourcesNeededBy(toRun(record))) needed.add(id)
      const last = page.at(-1)
      isLast = page.length < pageSize || !last
      if (last) after = IDBKeyRange.lowerBound(last.order, true)
    }
    const pictures = transaction.objectStore('pictures')
    const shelf = await pictures.index('order').getAll(IDBKeyRange.bound(['sources'], ['sources', []]))
    const parents = pictures.index('parents')
    for (const { id } of shelf) if ((await parents.getKey(id)) !== undefined) needed.add(id)
    return toSourceReport(shelf, needed)
  })
}

/** A saved run is represented by its image; a failed one may be tried again. */
export function sourcesNeededBy(run: Run): readonly PictureId[] {
  return run.state.phase === 'saved' ? [] : run.recipe.sources
}

export function toSourceReport(shelf: readonly Picture[], needed: ReadonlySet<PictureId>): SourceReport {
  const unused = shelf.filter(({ id }) => !needed.has(id))
  return {
    count: shelf.length,
    sizeBytes: shelf.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    unused: unused.map(({ id, prompt, sizeBytes }) => ({ id, name: prompt, sizeBytes })),
  }
}
