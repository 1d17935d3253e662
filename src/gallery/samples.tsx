import { Images } from 'lucide-react'
import { useState } from 'react'
import { describeFailure, toFailure } from '#domain/failure.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { notify } from '#ui/notices.tsx'

/** The progress of filling the gallery. */
export interface Filling {
  done: number
  count: number
}

/** Six images, and two variants of an edit of an area. */
const demoCount = 8

/** Fills the gallery with samples and reports progress; one at a time. */
export function useFillSamples(): { filling: Filling | undefined; fill: (count?: number) => Promise<void> } {
  const store = useStore()
  const [filling, setFilling] = useState<Filling>()
  return {
    filling,
    async fill(wanted) {
      if (filling) return
      const count = wanted ?? demoCount
      setFilling({ done: 0, count })
      try {
        await store.addSamples(wanted ?? 'demo', (done) => setFilling({ done, count }))
      } catch (error) {
        notify({ text: `The samples could not all be added. ${describeFailure(toFailure(error))}`, tone: 'error' })
      } finally {
        setFilling(undefined)
      }
    },
  }
}

/** What the gallery shows while it is empty. */
export function FirstRun({ onDemo }: { onDemo: () => void }) {
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-4 overflow-y-auto p-6 text-center">
      <Images size={20} strokeWidth={1.5} aria-hidden className="text-faint" />
      <div className="flex max-w-64 flex-col gap-1 text-sm">
        <p className="font-medium text-ink">Nothing here yet</p>
        <p className="text-balance text-faint">
          Drop an image anywhere, or write a prompt. Results stay on this computer.
        </p>
      </div>
      <Button onClick={onDemo}>Try the demo</Button>
      <p className="max-w-64 text-balance text-faint text-xs">
        Eight sample images, two of them edits of an area. Nothing is sent or billed. Remove them in one click.
      </p>
    </div>
  )
}

export function FillingProgress({ filling: { done, count } }: { filling: Filling }) {
  const words = `${done.toLocaleString('en')} of ${count.toLocaleString('en')} samples`
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-3 p-6 text-faint text-sm">
      <progress value={done} max={count} aria-label="Samples" className="gallery-progress" />
      <p>{words}</p>
    </div>
  )
}
