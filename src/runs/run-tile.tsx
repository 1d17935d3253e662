import { CircleStop, Trash2 } from 'lucide-react'
import { type CSSProperties, useState } from 'react'
import { isIn, type Run } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { useUsualMs } from '#generation/use-usual-ms.ts'
import { usePicture } from '#store/queries.ts'
import { IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { describeDuration, Elapsed } from '#ui/elapsed.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { NextTry } from './next-try.tsx'
import { describePhase, modelOfRun, promptOf, ratioOf } from './run-words.ts'
import { useOverdue } from './use-overdue.ts'
import { useQueueWait } from './use-queue-wait.ts'

/** A run under way, in the square where its image will be. */
export function RunTile({ run }: { run: Run }) {
  const { remove, stop } = useGenerator()
  const isOut = run.state.phase === 'sending' || run.state.phase === 'working'
  return (
    <div
      className="absolute inset-0 overflow-hidden rounded-sm border border-line bg-panel"
      title={showHidden(promptOf(run))}
    >
      <Shape run={run} isMoving={run.state.phase !== 'queued'} />
      <div className="absolute inset-x-1.5 bottom-1.5 text-xs">
        {isIn(run, 'sending') || isIn(run, 'working') ? (
          <Clock run={run} sinceMs={run.state.sentAt} />
        ) : (
          <Waiting run={run} />
        )}
      </div>
      <div className="absolute top-1 right-1">
        {run.state.phase === 'queued' && <IconButton label="Remove" icon={Trash2} onClick={() => remove(run)} />}
        {isOut && <IconButton label="Stop waiting" icon={CircleStop} onClick={() => stop(run)} />}
      </div>
    </div>
  )
}

function Model({ run }: { run: Run }) {
  return <p className="truncate text-soft">{modelOfRun(run)}</p>
}

function Waiting({ run }: { run: Run }) {
  return (
    <>
      <Model run={run} />
      <p className="text-ink">
        <span>{describePhase(run)}</span>
        {isIn(run, 'queued') && run.state.sendsAt === undefined && <Turn run={run} />}
      </p>
      {isIn(run, 'queued') && run.state.sendsAt !== undefined && (
        <p className="text-soft">
          <NextTry run={run} />
        </p>
      )}
    </>
  )
}

/** About when its turn comes. */
function Turn({ run }: { run: Run }) {
  const waitMs = useQueueWait(run)
  return waitMs === undefined || waitMs < 1_000 ? null : <span>{`, about ${inSeconds(waitMs)}`}</span>
}

function Clock({ run, sinceMs }: { run: Run; sinceMs: number }) {
  const usualMs = useUsualMs(run)
  const late = useOverdue(sinceMs, usualMs && usualMs * 2)
  return (
    <>
      {/* Trouble takes more lines; with the model above them, they would reach the button. */}
      {!late && !run.state.trouble && <Model run={run} />}
      <p className="text-ink">
        <span>{describePhase(run)}</span> <Elapsed sinceMs={sinceMs} />
      </p>
      <p className="text-soft">{noteOf(run, usualMs, late)}</p>
      {usualMs !== undefined && !late && !run.state.trouble && <Passing sinceMs={sinceMs} usualMs={usualMs} />}
    </>
  )
}

function noteOf(run: Run, usualMs: number | undefined, late: boolean): string {
  if (run.state.trouble) return 'no connection, still trying'
  if (late) return 'taking longer than usual'
  return usualMs === undefined ? '' : `usually ${inSeconds(usualMs)}`
}

/** Whole seconds, never broken between number and unit. */
function inSeconds(ms: number): string {
  return describeDuration(Math.max(1, Math.round(ms / 1000)) * 1000).replaceAll(' ', '\u00A0')
}

/** A progress line by the usual time. It stops before the end: only the image is the end. */
function Passing({ sinceMs, usualMs }: { sinceMs: number; usualMs: number }) {
  // Computed once: a delay that changed with every render would restart the line.
  const [passedMs] = useState(() => Date.now() - sinceMs)
  const style: CSSProperties = { animationDuration: `${usualMs}ms`, animationDelay: `${-passedMs}ms` }
  return (
    <div className="gallery-pass -inset-x-1.5 -bottom-1.5 absolute h-0.5 bg-soft motion-reduce:hidden" style={style} />
  )
}

/** The requested proportions; "Match input" and "Auto" use those of the first source. */
function Shape({ run, isMoving }: { run: Run; isMoving: boolean }) {
  const source = usePicture(run.recipe.sources[0])
  const ratio = ratioOf(run) ?? (source ? source.width / source.height : 1)
  return (
    <div className="absolute inset-0 flex items-center justify-center">
      <div
        className={classes('relative overflow-hidden bg-hover', isMoving && 'gallery-shimmer')}
        style={{ aspectRatio: ratio, ...(ratio >= 1 ? { width: '100%' } : { height: '100%' }) }}
      />
    </div>
  )
}
