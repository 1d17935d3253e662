import { useRef, useState } from 'react'
import { variantsAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import type { Draft } from '#domain/run.ts'
import type { Field, ModelFamily } from '#models/model.ts'
import { Button } from '#ui/button.tsx'
import { LazyDialog } from '#ui/lazy-dialog.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import type { usePlannedRuns } from './use-planned-runs.ts'

const Matrix = lazyPart(() => import('./matrix.tsx').then((module) => module.Matrix))

const SentPreview = lazyPart(() => import('./sent-preview.tsx').then((module) => module.SentPreview))

interface BatchRowProps {
  family: ModelFamily
  draft: Draft
  sourceCount: number
  /** What the submit button would send. */
  planned: Pick<ReturnType<typeof usePlannedRuns>, 'recipes' | 'priceCredits' | 'issues'>
  issue: string | undefined
  onChange: (field: Pick<Field, 'name' | 'label'>, change: Draft) => void
}

/** How many images of each kind, which kinds, and what exactly is sent. Above the submit button. */
export function BatchRow({ family, draft, sourceCount, planned, issue, onChange }: BatchRowProps) {
  const [open, setOpen] = useState<'matrix' | 'sent'>()
  const variants = useRef<HTMLInputElement>(null)
  useActKey(variantsAct, () => variants.current?.focus())
  const [typed, setTyped] = useState('')
  const close = () => setOpen(undefined)
  return (
    <div className="mb-2 flex flex-wrap items-center gap-x-0.5">
      <label className="flex items-center gap-2 text-soft text-xs">
        Variants
        <input
          ref={variants}
          type="number"
          min={1}
          max={12}
          // An empty field counts as 0, which is refused with the reason. What was typed for a number stays as it is.
          value={Number(typed) === draft.variants ? typed : Number(draft.variants)}
          onFocus={(event) => event.currentTarget.select()}
          onChange={({ currentTarget: { value } }) => {
            setTyped(value)
            onChange({ name: 'variants', label: 'Variants' }, { variants: Number(value) })
          }}
          className="field h-8 w-10 rounded-sm border border-line bg-raised px-1.5 text-ink text-sm hover:border-line-strong max-middle:h-11"
        />
      </label>
      <Button variant="quiet" className="px-1!" onClick={() => setOpen('matrix')}>
        Matrix
      </Button>
      <Button variant="quiet" className="ml-auto px-1!" onClick={() => setOpen('sent')}>
        What will be sent
      </Button>
      {open === 'matrix' && (
        <LazyDialog open title="Matrix" onClose={close}>
          <Matrix
            family={family}
            draft={draft}
            recipe={planned.recipes[0]}
            sourceCount={sourceCount}
            issues={planned.issues}
            onChange={onChange}
          />
        </LazyDialog>
      )}
      {open === 'sent' && (
        <LazyDialog open title="What will be sent" onClose={close}>
          <SentPreview recipes={planned.recipes} priceCredits={planned.priceCredits} issue={issue} />
        </LazyDialog>
      )}
    </div>
  )
}
