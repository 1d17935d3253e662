import { useQueryClient } from '@tanstack/react-query'
import { fillForm } from '#acts/fill-form.ts'
import { againLabel, tryAgain } from '#acts/try-again.ts'
import { describeFailure, type Failure } from '#domain/failure.ts'
import { isIn, type Recipe, type Run, type RunIn } from '#domain/run.ts'
import { splitFailure } from '#domain/split-failure.ts'
import { mayFallBack } from '#generation/fallback.ts'
import { useFallback } from '#generation/use-fallback.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { type Fix, fallbackWords, fixFor, mayLookAgain, mayTryAgain } from './failure-fix.ts'
import { downloadUnsaved } from './unsaved.ts'

export interface Act {
  label: string
  onSelect: () => void
}

/** What is said about a run that failed or waits for a decision, and what can be done. */
export interface Advice {
  words: string
  /** What the service itself said, in its own language. */
  quoted?: string | undefined
  /** What has to be known, or done, first. */
  hint?: string | undefined
  /** When the service's limit is free again, epoch ms. */
  freeAt?: number | undefined
  /** The most suitable one first. */
  acts: readonly Act[]
  /** Dismisses it from the gallery; it stays in Tasks. */
  dismiss(): void
}

export function useRunAdvice(run: Run, onSettings: () => void): Advice {
  const generator = useGenerator()
  const store = useStore()
  const queries = useQueryClient()
  const standIn = useStandIn(run)
  const acts = {
    again: { label: againLabel(run), onSelect: () => tryAgain(generator, run) },
    look: { label: 'Check again', onSelect: () => generator.look(run) },
    save: { label: 'Save again', onSelect: () => generator.look(run) },
    freshLink: { label: 'Fetch a fresh link', onSelect: () => generator.look(run, { freshLink: true }) },
    download: { label: 'Download now', onSelect: () => void downloadUnsaved(run, generator, queries) },
    fix: (fix: Fix) => ({ label: fix.label, onSelect: () => carryOut(fix, { run, acts, onSettings, store }) }),
  }
  const dismiss = () => {
    generator.dismiss(run)
    if (run.state.phase !== 'failed') notify({ text: 'Hidden; still in Tasks.' })
  }
  const said = adviceOn(run, acts)
  const quoted = said.quoted && showHidden(said.quoted)
  const advice = { ...said, words: showHidden(said.words), quoted }
  return { ...(standIn ? withStandIn(advice, standIn, run) : advice), dismiss }
}

/** The offer to use the fallback service, if there is one and the user's setting allows it. */
function useStandIn(run: Run): (Act & { hint?: string | undefined }) | undefined {
  const generator = useGenerator()
  const fallback = useFallback()
  const rule = useWorkspace((state) => state.fallback)
  if (!fallback || rule === 'never' || !isIn(run, 'failed') || mayFallBack(run) === 'no') return undefined
  return { ...fallbackWords(run, fallback), onSelect: () => generator.standIn(run) }
}

/** First if the first service is down; otherwise after acts that may solve the problem or find the image. */
function withStandIn(
  { acts, hint, ...advice }: Omit<Advice, 'dismiss'>,
  standIn: NonNullable<ReturnType<typeof useStandIn>>,
  run: Run,
): Omit<Advice, 'dismiss'> {
  const [first, ...others] = acts
  const { hint: own, ...act } = standIn
  const kind = run.state.phase === 'failed' ? run.state.failure.kind : undefined
  const leads = kind === 'unavailable' || kind === 'rate-limited' || !first
  return {
    ...advice,
    hint: [hint, own].filter(Boolean).join(' ') || undefined,
    acts: leads ? [act, ...acts] : [first, act, ...others],
  }
}

interface Acts extends Record<'again' | 'look' | 'save' | 'freshLink' | 'download', Act> {
  fix(fix: Fix): Act
}

function adviceOn(run: Run, acts: Acts): Omit<Advice, 'dismiss'> {
  if (isIn(run, 'failed')) return adviceOnFailure(run, acts)
  if (isIn(run, 'ready') && run.state.trouble) return adviceOnUnsaved(run, run.state.trouble, acts)
  if (run.marks.stopped) return { words: 'Stopped waiting. It may still be billed.', acts: [acts.look] }
  const words = run.state.phase !== 'queued' && run.state.trouble ? describeFailure(run.state.trouble) : ''
  return { words, acts: run.state.phase === 'working' && run.state.trouble ? [acts.look] : [] }
}

function adviceOnFailure(run: RunIn<'failed'>, acts: Acts): Omit<Advice, 'dismiss'> {
  const fix = fixFor(run)
  const others = [
    ...(mayLookAgain(run) && fix.act !== 'look' ? [acts.look] : []),
    ...(mayTryAgain(run) && fix.act !== 'again' ? [acts.again] : []),
  ]
  const { hint, freeAt } = fix
  return { ...splitFailure(run.state.failure), hint, freeAt, acts: [acts.fix(fix), ...others] }
}

/** The image exists at the service, so this is never called a failure. */
function adviceOnUnsaved(run: RunIn<'ready'>, trouble: Failure, acts: Acts): Omit<Advice, 'dismiss'> {
  const words = describeFetch(trouble)
  switch (trouble.kind) {
    case 'storage':
      return {
        words,
        hint: 'Empty the bin and save again, or download it now.',
        acts: [acts.save, acts.download],
      }
    case 'expired':
      return { words, acts: [acts.freshLink, ...(mayTryAgain(run) ? [acts.again] : [])] }
    default:
      return { words, acts: [acts.save, acts.freshLink] }
  }
}

/** "The service did not make the image" would not be true here. */
function describeFetch(trouble: Failure): string {
  return trouble.kind === 'unexpected' ? `It could not be fetched: ${trouble.detail}` : describeFailure(trouble)
}

interface FixPorts {
  run: Run
  acts: Acts
  onSettings: () => void
  store: GalleryStore
}

function carryOut(fix: Fix, { run, acts, onSettings, store }: FixPorts): void {
  const { recipe } = run
  const fill = (changed: Recipe) => fillForm(store, changed)
  const ways: Record<Fix['act'], () => void> = {
    again: acts.again.onSelect,
    look: acts.look.onSelect,
    'set-key': onSettings,
    'lower-tolerance': () => fill({ ...recipe, draft: { ...recipe.draft, safetyTolerance: 2 } }),
    'edit-settings': () => fill(recipe),
    'edit-prompt': () => {
      fill(recipe)
      useWorkspace.getState().focusPrompt()
    },
  }
  ways[fix.act]()
}
