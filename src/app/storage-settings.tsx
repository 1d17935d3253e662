import { useQuery, useQueryClient } from '@tanstack/react-query'
import { describeFailure, toFailure } from '#domain/failure.ts'
import { useStore } from '#store/queries.ts'
import { useHasSamples } from '#store/stage-queries.ts'
import { Button } from '#ui/button.tsx'
import { notify } from '#ui/notices.tsx'
import { describeBytes } from './describe-bytes.ts'
import { FreeingSettings } from './freeing-settings.tsx'
import { SourceSettings } from './source-settings.tsx'

/** How much is stored, how safe it is, and what can be removed: samples, and sources that nothing uses. */
export function StorageSettings() {
  const store = useStore()
  const queries = useQueryClient()
  const { data } = useQuery({ queryKey: ['storage'], queryFn: measure, networkMode: 'always', staleTime: 0 })
  const hasSamples = useHasSamples()
  const refresh = () => queries.invalidateQueries({ queryKey: ['storage'] })
  const protect = async () => {
    const isKept = await navigator.storage.persist()
    if (!isKept) notify({ text: 'The browser said no. Bookmark this page or use it more, then try again.' })
    else notify({ text: 'Your images are protected now.' })
    await refresh()
  }
  const removeSamples = () =>
    store.removeSamples().then(
      () => {
        notify({ text: 'Samples removed.' })
        return refresh()
      },
      (error: unknown) => notify({ text: describeFailure(toFailure(error)), tone: 'error' }),
    )

  return (
    <>
      {data?.room && <Meter {...data.room} />}
      {data && <FreeingSettings freeBytes={data.room && data.room.roomBytes - data.room.usedBytes} />}
      <p className="text-faint text-xs">
        {data && (data.persisted ? 'Protected: the browser keeps your images until you delete them.' : describeRisk())}
      </p>
      <div className="flex flex-wrap gap-2">
        {data && !data.persisted && data.canPersist && <Button onClick={protect}>Protect storage</Button>}
        {hasSamples && <Button onClick={removeSamples}>Remove samples</Button>}
      </div>
      <SourceSettings />
    </>
  )
}

function Meter({ usedBytes, roomBytes }: { usedBytes: number; roomBytes: number }) {
  const share = Math.min(100, (usedBytes / roomBytes) * 100)
  const isTight = share > 80
  return (
    <div className="grid gap-1.5">
      <p className="flex justify-between text-sm">
        <span>{describeBytes(usedBytes)} used</span>
        <span className="text-faint">of about {describeBytes(roomBytes)}</span>
      </p>
      <div className="h-1 overflow-hidden rounded-full bg-hover">
        <div
          className={isTight ? 'bar-fill h-full bg-danger' : 'bar-fill h-full bg-ink'}
          style={{ width: `${share}%` }}
        />
      </div>
      {isTight && (
        <p className="text-danger text-xs">Nearly full. Empty the bin, or download images and delete them.</p>
      )}
    </div>
  )
}

function describeRisk(): string {
  // Safari and every browser on iOS.
  if (/^Apple/.test(navigator.vendor)) {
    return 'Not protected: after 7 days without a visit this browser deletes your images, unless Atelier is on the Home Screen or in the Dock. Back up everything, above, before you stay away.'
  }
  return 'Not protected: the browser may delete your images when the disk is full or after weeks without a visit.'
}

async function measure() {
  const { storage } = navigator
  // Some browsers have no estimate, or one without numbers: then nothing is shown instead of zeros.
  const { usage, quota } = (await storage?.estimate?.().catch(() => undefined)) ?? {}
  const room = usage === undefined || !quota ? undefined : { usedBytes: usage, roomBytes: quota }
  const persisted = (await storage?.persisted?.()) ?? false
  return { room, persisted, canPersist: storage?.persist !== undefined }
}
