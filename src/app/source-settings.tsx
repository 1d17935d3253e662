import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useImageCommands } from '#acts/use-image-commands.ts'
import { isNonEmpty } from '#domain/ids.ts'
import { useStore } from '#store/queries.ts'
import type { UnusedSource } from '#store/store.ts'
import { Button } from '#ui/button.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { describeBytes } from './describe-bytes.ts'

const queryKey = ['storage', 'sources']

/** The size of the user's own files, and a list of those that no form, run or image uses, which can be removed. */
export function SourceSettings() {
  const store = useStore()
  const queries = useQueryClient()
  const commands = useImageCommands()
  const sources = useWorkspace((state) => state.sources)
  const inForms = Object.values(sources).flat()
  const { data } = useQuery({
    queryKey: [...queryKey, inForms],
    queryFn: () => store.sourceReport(inForms),
    networkMode: 'always',
    staleTime: 0,
  })
  // Also if the act was undone, or done by another window.
  useEffect(
    () =>
      store.subscribe((change) => {
        if (change.kind === 'pictures') void queries.invalidateQueries({ queryKey: ['storage'] })
      }),
    [store, queries],
  )
  if (!data || data.count === 0) return null

  // Moved to the bin, not deleted: the form of another window may still use one.
  const remove = async (removed: readonly UnusedSource[]) => {
    const found = await store.picturesById(removed.map(({ id }) => id))
    const images = [...found.values()]
    if (isNonEmpty(images)) await commands.moveToBin(images)
  }

  return (
    <>
      <p className="flex justify-between text-sm">
        <span>Source images</span>
        <span className="text-faint">{`${data.count} · ${describeBytes(data.sizeBytes)}`}</span>
      </p>
      {data.unused.length > 0 && <UnusedSources unused={data.unused} onRemove={(removed) => void remove(removed)} />}
    </>
  )
}

interface UnusedSourcesProps {
  unused: readonly UnusedSource[]
  onRemove(sources: readonly UnusedSource[]): void
}

function UnusedSources({ unused, onRemove }: UnusedSourcesProps) {
  const sizeBytes = unused.reduce((sum, source) => sum + source.sizeBytes, 0)
  return (
    <section aria-labelledby="unused-sources" className="grid gap-2">
      <h4 id="unused-sources" className="text-sm">
        {`Unused source images · ${describeBytes(sizeBytes)}`}
      </h4>
      <p className="text-faint text-xs">
        No form, run or image uses them. Removed images go to the bin; empty the bin to free the space.
      </p>
      <ul className="max-h-48 overflow-y-auto rounded border border-line">
        {unused.map((source) => (
          <li key={source.id} className="flex items-center gap-2 border-line border-b px-2 py-1 last:border-b-0">
            <span dir="auto" className="min-w-0 flex-1 truncate text-sm">
              {showHidden(source.name)}
            </span>
            <span className="text-faint text-xs">{describeBytes(source.sizeBytes)}</span>
            <Button aria-label={`Remove ${source.name}`} onClick={() => onRemove([source])}>
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {unused.length > 1 && (
        <div>
          <Button onClick={() => onRemove(unused)}>{`Remove all ${unused.length}`}</Button>
        </div>
      )}
    </section>
  )
}
