import { Check, ChevronRight } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type SubmitEvent, useId, useRef, useState } from 'react'
import { submitAct } from '#acts/app-acts.ts'
import { undoable } from '#acts/undoable.ts'
import { useActKey } from '#acts/use-act-key.ts'
import type { Issue } from '#domain/failure.ts'
import type { Draft, Recipe } from '#domain/run.ts'
import { type Field, type ModelFamily, singleDraft } from '#models/model.ts'
import { loadPart } from '#platform/load-part.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { describeShortcut, toAriaShortcut } from '#ui/shortcut.ts'
import { useLoaded } from '#ui/use-loaded.ts'
import { draftOf } from '#workspace/composition.ts'
import { useDraft, useWorkspace } from '#workspace/workspace.ts'
import { BatchRow } from './batch-row.tsx'
import { FieldControl } from './field.tsx'
import { PromptField } from './prompt-field.tsx'
import { Sources } from './sources.tsx'
import type { FormSources } from './use-form-sources.ts'
import { loadBatch, usePlannedRuns } from './use-planned-runs.ts'
import { useSubmit } from './use-submit.ts'
import { useWhenReady } from './use-when-ready.ts'

const [submitKeys = ''] = submitAct.keys

const loadEdits = () => import('#acts/freeze-edit.ts')
const loadQuestion = () => import('./spend-question.tsx')

interface FamilyFormProps {
  family: ModelFamily
  sources: FormSources
  /** What to know about the price before the press. */
  foot?: ((priceCredits: number) => ReactNode) | undefined
}

/** The form of one family, in the order of thinking, and the one button that spends money. */
export function FamilyForm({ family, sources, foot }: FamilyFormProps) {
  const draft = useDraft(family.id)
  const { write, takeExample, set, add } = useDraftActs(family)
  const { submit, wasAdded, question, answer } = useSubmit()
  const prompt = useRef<HTMLTextAreaElement>(null)
  const reasonId = useId()
  // An image that is still being prepared counts, so that the form switches to editing only once.
  const sourceCount = sources.ready.length + sources.preparing.length
  const { verb, issues: editIssues, recipe } = useRecipe(family, draft, sources)
  const planned = usePlannedRuns(family, draft, recipe, sourceCount)
  const [issue] = [...sourceIssues(sources), ...editIssues, ...family.issues(draft, sourceCount), ...planned.issues]
  const label = describeSubmit(verb ?? (sourceCount > 0 ? 'Edit' : 'Generate'), planned)
  // The question was about the earlier contents of the form; after a change the button must be pressed again.
  const isAsked = question !== undefined && JSON.stringify(question.recipes) === JSON.stringify(planned.recipes)
  const { part: asking } = useLoaded(loadQuestion, isAsked)
  // The reason is read out when a press was refused, not while it changes with typing.
  const [met, setMet] = useState({ reason: '', times: 0 })

  function press() {
    if (!issue) return submit(planned.recipes)
    if (isOnlyWaiting(sources, family.issues(draft, sourceCount))) remember()
    setMet({ reason: issue.message, times: met.times + 1 })
    if (issue.field === 'prompt') prompt.current?.focus()
  }
  useActKey(submitAct, press)
  const { isRemembered, remember } = useWhenReady({ ...recipe, draft }, family.maxSources, sources, press)

  return (
    <form onSubmit={keepUnsent} onKeyDown={leaveByEscape} className="flex min-h-0 flex-1 flex-col">
      <div className="form-parts min-h-0 flex-1 space-y-5 overflow-y-auto overscroll-contain px-4 py-4">
        <Sources family={family} sources={sources} />
        <PromptField
          ref={prompt}
          value={String(draft.prompt ?? '')}
          family={family}
          sourceCount={sourceCount}
          sources={sources.ready}
          onChange={write}
          onExample={takeExample}
        />
        <Fields family={family} draft={draft} sourceCount={sourceCount} planned={planned} onChange={set} onAdd={add} />
      </div>
      <div className="form-foot shrink-0 border-line border-t px-4 pt-3 pb-2 middle:max-wide:px-3">
        <div className="form-options">
          <BatchRow
            family={family}
            draft={draft}
            sourceCount={sourceCount}
            planned={planned}
            issue={issue?.message}
            onChange={set}
          />
          {foot?.(planned.priceCredits)}
        </div>
        {isAsked && asking ? (
          <asking.SpendQuestion
            words={question.words}
            label={label}
            onYes={() => answer(true)}
            onNo={() => answer(false)}
          />
        ) : (
          <Button
            onClick={press}
            variant="primary"
            icon={wasAdded ? Check : undefined}
            aria-disabled={issue ? true : undefined}
            aria-describedby={reasonId}
            aria-keyshortcuts={toAriaShortcut(submitKeys)}
            className="w-full"
          >
            {label}
          </Button>
        )}
        <p
          key={met.times}
          id={reasonId}
          role={issue && issue.message === met.reason ? 'alert' : undefined}
          className={classes('mt-1.5 min-h-4 text-center text-xs', issue ? 'text-soft' : 'text-faint')}
        >
          <span>{issue ? reasonOf(issue, isRemembered) : wasAdded ? 'Added' : planned.facts}</span>
          {!issue && !wasAdded && <span className="pointer-coarse:hidden"> · {describeShortcut(submitKeys)}</span>}
        </p>
      </div>
    </form>
  )
}

/**
 * Escape moves the focus to the image. Lists, input methods and dialogs, which may be opened from the form, use the key
 * first.
 */
function leaveByEscape({ key, currentTarget, target, nativeEvent }: KeyboardEvent<HTMLFormElement>): void {
  if (key !== 'Escape' || nativeEvent.defaultPrevented || nativeEvent.isComposing) return
  if (!(target instanceof Element) || target.closest('form, dialog, [popover]') !== currentTarget) return
  const { selected, batch, focusStage } = useWorkspace.getState()
  if (selected ?? batch) focusStage()
}

/** "Generate 4 · 20 credits", "Edit area ×4 · 20 credits": without the sign it would read as the fourth area. */
function describeSubmit(verb: string, { recipes, label }: ReturnType<typeof usePlannedRuns>): string {
  return `${verb} ${verb.includes(' ') && recipes.length > 1 ? '×' : ''}${label}`
}

/** The recipe that the button would submit, with the edits of the sources, or why it cannot be sent. */
function useRecipe(family: ModelFamily, draft: Draft, { ready, pictures }: FormSources) {
  const edits = useWorkspace((state) => state.edits)
  const isEdited = ready.some((id) => edits[id])
  const { part } = useLoaded(loadEdits, isEdited)
  const recipe: Recipe = { family: family.id, draft: singleDraft(draft), sources: ready }
  if (!isEdited) return { recipe, issues: [] }
  const frozen = part?.freezeRecipe(recipe, edits, pictures, family) ?? { recipe, objection: 'Preparing the edit…' }
  const { objection: message } = frozen
  const issues: Issue[] = message ? [{ field: 'sources', message }] : []
  return { ...frozen, issues }
}

interface FieldsProps {
  family: ModelFamily
  draft: Draft
  sourceCount: number
  planned: ReturnType<typeof usePlannedRuns>
  onChange: (field: Field, change: Draft) => void
  onAdd: (field: Field, option: string) => void
}

function Fields({ family, draft, sourceCount, planned, onChange, onAdd }: FieldsProps) {
  const fields = family.fields(draft, sourceCount)
  const control = (field: Field) => (
    <FieldControl
      key={field.name}
      value={draft[field.name]}
      onChange={(value) => onChange(field, planned.choose(field, value))}
      onAdd={(option) => onAdd(field, option)}
      {...planned.show(field)}
    />
  )
  return (
    <>
      {fields.filter((field) => !field.folded).map(control)}
      <More count={countChanged(family, draft, fields)}>{fields.filter((field) => field.folded).map(control)}</More>
    </>
  )
}

/** Enter in a single-line field submits a form by default. Only the button and its keys may spend money. */
function keepUnsent(event: SubmitEvent): void {
  event.preventDefault()
}

function reasonOf({ message }: Issue, isRemembered: boolean): string {
  return isRemembered ? `${message} Submits when ready.` : message
}

/** Whether the only problem is that sources are still being prepared. */
function isOnlyWaiting({ missing, preparing, refused }: FormSources, issues: readonly Issue[]): boolean {
  return preparing.length > 0 && missing.size === 0 && refused.length === 0 && issues.length === 0
}

/** Changes of the draft. Typing in the prompt is undone by the browser, everything else by the log of acts. */
function useDraftActs(family: ModelFamily) {
  const store = useStore()
  const editDraft = useWorkspace((state) => state.editDraft)
  const write = (prompt: string) => editDraft(family.id, { prompt })
  const set = ({ name, label }: Pick<Field, 'name' | 'label'>, change: Draft) => {
    undoable(store, label.toLowerCase(), () => editDraft(family.id, change), { run: `${family.id} ${name}` })
  }
  return {
    write,
    takeExample: (text: string) => undoable(store, 'example prompt', () => write(text)),
    set,
    /** Adds an option to those of a batch, or removes it. If its code is not loaded, nothing happens. */
    add(field: Field, option: string) {
      loadPart(loadBatch).then(
        // Uses the present draft, because options can be added faster than the form renders.
        ({ added }) => set(field, added(field, draftOf(useWorkspace.getState().drafts, family.id), option)),
        () => undefined,
      )
    },
  }
}

/** Problems of the sources: those that cannot be used, then those that are still being prepared. */
function sourceIssues({ ready, missing, preparing, refused }: FormSources): Issue[] {
  const issue = (message: string): Issue => ({ field: 'sources', message })
  const gone = ready.flatMap((id, index) =>
    missing.has(id) ? issue(`Image ${index + 1} is no longer in this browser. Remove it.`) : [],
  )
  const first = ready.length + preparing.length + 1
  const unusable = refused.map(({ reason }, index) => issue(`Image ${first + index} cannot be used: ${reason}`))
  const count = preparing.length
  const waiting = count > 0 ? [issue(`Preparing ${count === 1 ? '1 image' : `${count} images`}…`)] : []
  return [...gone, ...unusable, ...waiting]
}

/** How many folded fields differ from their defaults, shown so that they are not forgotten. */
function countChanged(family: ModelFamily, draft: Draft, fields: readonly Field[]): number {
  return fields.filter(({ folded, name }) => folded && draft[name] !== family.defaults[name]).length
}

function More({ count, children }: { count: number; children: readonly ReactNode[] }) {
  if (children.length === 0) return null
  return (
    <details className="group border-line border-t pt-2">
      <summary className="flex min-h-8 list-none items-center gap-1 rounded-sm text-soft text-sm hover:text-ink max-middle:min-h-11 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          size={16}
          strokeWidth={1.75}
          aria-hidden
          className="-ml-0.5 transition-transform group-open:rotate-90"
        />
        More
        {count > 0 && <span className="text-faint text-xs">{`· ${count} changed`}</span>}
      </summary>
      <div className="space-y-4 pt-2">{children}</div>
    </details>
  )
}
