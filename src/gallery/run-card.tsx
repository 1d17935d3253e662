import { Copy, TriangleAlert, X } from 'lucide-react'
import { describeFailure } from '#domain/failure.ts'
import { describeCharge, type Run, type RunIn } from '#domain/run.ts'
import type { Generator } from '#generation/generator.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { againLabel, detailsOf, type Fix, fixFor, mayLookAgain } from './failure-fix.ts'
import { focusPrompt } from './focus-prompt.ts'
import { describePhase, promptOf } from './run-words.ts'

interface Act {
  label: string
  onSelect: () => void
}

/** A run that ended badly or waits for a decision: what happened, what it cost, and what can be done. */
export function RunCard({ run, onSettings }: { run: Run; onSettings: () => void }) {
  const generator = useGenerator()
  const { words, hint, acts } = tellOf(run, generator, onSettings)
  const [first, ...others] = acts
  return (
    <div className="rounded-sm border border-line bg-raised py-1 pr-1 pl-2.5">
      <div className="flex h-7 items-center gap-2 max-middle:h-11">
        {run.phase === 'failed' && (
          <TriangleAlert size={14} strokeWidth={1.75} aria-hidden className="shrink-0 text-danger" />
        )}
        <p className="min-w-0 flex-1 truncate font-medium text-ink text-sm" title={promptOf(run)}>
          {promptOf(run)}
        </p>
        <IconButton label="Copy details" icon={Copy} onClick={() => copyDetails(run)} className="middle:size-7!" />
        {run.phase === 'failed' && (
          <IconButton
            label="Dismiss"
            icon={X}
            onClick={() => generator.dismiss(run)}
            className="-ml-2 middle:size-7!"
          />
        )}
      </div>
      <p className="pr-2 text-ink text-xs [overflow-wrap:anywhere]">
        {words} {hint && <span className="text-faint">{hint}</span>}
      </p>
      <div className="mt-1.5 mb-1 flex flex-wrap items-center gap-1">
        {first && (
          <Button className="text-xs middle:h-7! middle:px-2.5!" onClick={first.onSelect}>
            {first.label}
          </Button>
        )}
        {others.map(({ label, onSelect }) => (
          <Button key={label} variant="quiet" className="text-xs middle:h-7!" onClick={onSelect}>
            {label}
          </Button>
        ))}
        <span className="ml-auto pr-2 text-faint text-xs">{describeCharge(run)}</span>
      </div>
    </div>
  )
}

interface Tale {
  words: string
  /** What has to be known, or done, first. */
  hint?: string | undefined
  /** The one that fits best comes first. */
  acts: readonly Act[]
}

function tellOf(run: Run, generator: Generator, onSettings: () => void): Tale {
  const look = (label: string): Act => ({ label, onSelect: () => generator.look(run) })
  if (run.phase === 'failed') return tellFailure(run, generator, onSettings)
  if (run.phase === 'ready' && run.trouble) {
    return { words: `${describePhase(run)}. ${describeFailure(run.trouble)}`, acts: [look('Save again')] }
  }
  return { words: 'Stopped waiting. It may still be billed.', acts: [look('Look again')] }
}

function tellFailure(run: RunIn<'failed'>, generator: Generator, onSettings: () => void): Tale {
  const fix = fixFor(run)
  const again: Act = { label: againLabel(run), onSelect: () => generator.again(run) }
  const look: Act = { label: 'Look again', onSelect: () => generator.look(run) }
  const acts = [
    { label: fix.label, onSelect: () => carryOut(fix, run, generator, onSettings) },
    ...(mayLookAgain(run) && fix.act !== 'look' ? [look] : []),
    ...(fix.act === 'again' ? [] : [again]),
  ]
  return { words: describeFailure(run.failure), hint: fix.hint, acts }
}

function carryOut(fix: Fix, run: Run, generator: Generator, onSettings: () => void): void {
  const { recall } = useWorkspace.getState()
  const { recipe } = run
  const acts: Record<Fix['act'], () => void> = {
    again: () => generator.again(run),
    look: () => generator.look(run),
    'open-settings': onSettings,
    'lower-tolerance': () => recall({ ...recipe, draft: { ...recipe.draft, safetyTolerance: 2 } }),
    'edit-settings': () => recall(recipe),
    'edit-prompt': () => {
      recall(recipe)
      focusPrompt()
    },
  }
  acts[fix.act]()
}

function copyDetails(run: Run): void {
  navigator.clipboard.writeText(detailsOf(run)).then(
    () => notify({ text: 'Details copied' }),
    () => notify({ text: 'The browser did not allow copying.', tone: 'error' }),
  )
}
