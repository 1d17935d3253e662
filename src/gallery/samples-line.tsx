import { describeFailure, toFailure } from '#domain/failure.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { notify } from '#ui/notices.tsx'

/** Shown while samples are in the gallery, with the button that removes them. */
export function SamplesLine() {
  const store = useStore()
  const remove = () => {
    store.removeSamples().then(
      () => notify({ text: 'Samples removed' }),
      (error: unknown) => notify({ text: describeFailure(toFailure(error)), tone: 'error' }),
    )
  }
  return (
    <div className="flex min-h-9 shrink-0 items-center gap-2 border-line border-b pr-1 pl-3 text-faint text-xs">
      <p className="min-w-0 flex-1">Samples: nothing was billed.</p>
      <Button variant="quiet" className="text-xs" onClick={remove}>
        Remove samples
      </Button>
    </div>
  )
}
