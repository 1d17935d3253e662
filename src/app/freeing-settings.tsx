import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useDeletionWords } from '#acts/deletion-words.ts'
import { binAct, deleteAct } from '#acts/image-acts.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import { isNonEmpty, type PictureId } from '#domain/ids.ts'
import { useStore } from '#store/queries.ts'
import type { StorageReport } from '#store/store.ts'
import { Button } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { describeBytes } from './describe-bytes.ts'
import { describeForecast } from './storage-forecast.ts'

/** Says how long the free space will last, and what can be freed: the bin, and images that were imported twice. */
export function FreeingSettings({ freeBytes }: { freeBytes: number | undefined }) {
  const store = useStore()
  const commands = useImageCommands()
  const sources = useWorkspace((state) => state.sources)
  const inForms = Object.values(sources).flat()
  const { data } = useQuery({
    // Queries below "storage" are read again whenever images change.
    queryKey: ['storage', 'report', inForms],
    queryFn: () => store.storageReport(inForms, Date.now()),
    networkMode: 'always',
    staleTime: 0,
  })
  if (!data) return null
  const { bin, duplicates } = data
  const moveDuplicates = async () => {
    const found = await store.picturesById(duplicates.ids)
    const images = [...found.values()]
    if (isNonEmpty(images)) await commands.moveToBin(images)
  }
  const forecast = freeBytes === undefined ? undefined : describeForecast(data, freeBytes)
  return (
    <>
      {forecast && <p className="text-soft text-xs">{forecast}</p>}
      {duplicates.ids.length > 0 && (
        <Row what={`Imported twice, stored once · ${countOf(duplicates.ids)}`}>
          <Button onClick={() => void moveDuplicates()}>{binAct.label}</Button>
        </Row>
      )}
      {bin.ids.length > 0 && <Bin bin={bin} onDelete={(ids) => commands.deletePermanently(ids)} />}
    </>
  )
}

interface BinProps {
  bin: StorageReport['bin']
  onDelete(ids: readonly PictureId[]): Promise<void>
}

/** Asks first, because this cannot be undone. */
function Bin({ bin, onDelete }: BinProps) {
  const [isAsking, setAsking] = useState(false)
  const count = countOf(bin.ids)
  const words = useDeletionWords(bin.ids)
  return (
    <div className="grid gap-2">
      <Row what={`Bin · ${count} · ${describeBytes(bin.sizeBytes)}`}>
        {!isAsking && <Button onClick={() => setAsking(true)}>Empty bin</Button>}
      </Row>
      {isAsking && (
        <div className="grid gap-2">
          <p className="text-soft text-xs">{words}</p>
          <div className="flex gap-2">
            <Button
              className="text-danger hover:text-danger"
              onClick={() => void onDelete(bin.ids).then(() => setAsking(false))}
            >
              {deleteAct.label}
            </Button>
            <Button variant="quiet" onClick={() => setAsking(false)}>
              Keep
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}

function Row({ what, children }: { what: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-center justify-between gap-3">
      <p className="text-sm">{what}</p>
      {children}
    </div>
  )
}

function countOf(ids: readonly unknown[]): string {
  return ids.length === 1 ? '1 image' : `${ids.length.toLocaleString('en')} images`
}
