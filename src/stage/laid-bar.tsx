import { ScanSearch, SlidersHorizontal, X } from 'lucide-react'
import { type CSSProperties, type KeyboardEvent, type ReactNode, useState } from 'react'
import { perform } from '#acts/act-log.ts'
import { fillForm } from '#acts/fill-form.ts'
import type { Affine, LaidView } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Laying, LayObjection } from '#domain/laying.ts'
import type { Picture } from '#domain/picture.ts'
import { laidEditOf, type Recipe } from '#domain/run.ts'
import { describeCredits } from '#domain/spending.ts'
import { toBatch } from '#generation/batch.ts'
import { answerLayingOf } from '#generation/browser-laying.ts'
import type { LayInOptions } from '#generation/laying.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { usePicture, usePictures, useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { notify } from '#ui/notices.tsx'
import { Segments } from '#ui/segments.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { Changes } from './changes.tsx'
import { describeFit, describeLoss, describeMarksLeft, describeRefusal, spaceLeftEmpty } from './laid-words.ts'
import { useLayingStep } from './laying-step.tsx'
import { PlaceByHand } from './place-by-hand.tsx'
import { Results } from './results.tsx'
import type { Zoom } from './use-zoom.ts'

const AreaAgain = lazyPart(() => import('./tools/area-again.tsx').then((module) => module.AreaAgain))

interface LaidBarProps {
  picture: Picture
  zoom: Zoom
}

/**
 * Messages about an edit of an area, outside the image: that its answer is being laid in, what that involved, or why it
 * was not done.
 */
export function LaidBar({ picture, zoom }: LaidBarProps) {
  const step = useLayingStep(picture)
  // It stays open from one result to the next, also when an adjustment has made another image.
  const [part, setPart] = useState<Part>()
  const { origin, laying } = picture
  if (step) {
    return (
      <Bar>
        <p role="status" className="animate-pulse text-soft text-xs">
          {step}
        </p>
      </Bar>
    )
  }
  if (origin.kind === 'derived' && origin.from === 'answer') {
    return (
      <Laid
        key={picture.id}
        origin={origin}
        answer={picture.parents[1]}
        zoom={zoom}
        picture={picture}
        part={part}
        onPart={setPart}
      />
    )
  }
  if (laying?.kind === 'checked' && laying.marksLeft.length > 0) {
    return (
      <Bar>
        <p role="status" className={chip}>
          {describeMarksLeft(laying.marksLeft)}
        </p>
      </Bar>
    )
  }
  if (
    (origin.kind === 'made' || origin.kind === 'sample') &&
    (laying?.kind === 'refused' || laying?.kind === 'failed') &&
    !laying.accepted
  ) {
    return <Refused key={picture.id} answer={picture} laying={laying} recipe={origin.recipe} zoom={zoom} />
  }
  return null
}

const sourceGone = 'The source image was deleted'

const chip = 'whitespace-nowrap rounded-full border border-line px-2 text-soft text-xs leading-5'

/** One line above the image; on a phone as many as needed, below it. */
function Bar({ children }: { children: ReactNode }) {
  return <div className="stage-bar">{children}</div>
}

interface PanelProps {
  label: string
  children: ReactNode
  onClose?: () => void
}

/** More than a line, in the place of the strip, so that the image does not move. */
function Panel({ label, children, onClose }: PanelProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !onClose) return
    event.preventDefault()
    event.stopPropagation()
    onClose()
  }
  return (
    <section aria-label={label} className="stage-panel" onKeyDown={onKeyDown}>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1">{children}</div>
      {/* On a phone the button that opened it is beside it. */}
      {onClose && (
        <IconButton label={`Close ${label.toLowerCase()}`} icon={X} onClick={onClose} className="max-middle:hidden" />
      )}
    </section>
  )
}

const mostFeather = 64

const views: readonly { value: LaidView; label: string }[] = [
  { value: 'area', label: 'My area' },
  { value: 'changed', label: 'Only what changed' },
  { value: 'whole', label: 'Whole answer' },
]

type LaidOrigin = Extract<Picture['origin'], { kind: 'derived'; from: 'answer' }>

/** What is open below the image. */
type Part = 'changes' | 'adjust'

interface LaidProps extends LaidBarProps {
  origin: LaidOrigin
  answer: PictureId | undefined
  part: Part | undefined
  onPart(part: Part | undefined): void
}

function Laid({ origin, answer, picture, zoom, part, onPart }: LaidProps) {
  const results = useResults(picture, origin)
  const [isPainting, setPainting] = useState(false)
  const { lay, isBusy } = useLayInAgain(answer)
  const { edit, fit, view } = origin
  const { area, rim } = edit.document
  const source = usePicture(picture.parents[0])
  const options: LayInOptions = { view, feather: rim, fit, area }
  const close = () => onPart(undefined)
  const turn = (next: Part) => onPart(next === part ? undefined : next)
  if (isPainting && source) {
    return (
      <AreaAgain
        picture={picture}
        document={edit.document}
        source={source}
        zoom={zoom}
        isBusy={isBusy}
        onLay={(change) => lay({ ...options, ...change })}
        onLeave={() => setPainting(false)}
      />
    )
  }
  return (
    <>
      <Bar>
        <WhatWasDone origin={origin} />
        <Button
          variant={part === 'changes' ? 'plain' : 'quiet'}
          aria-pressed={part === 'changes'}
          disabled={answer === undefined}
          title="Show changes"
          icon={ScanSearch}
          onClick={() => turn('changes')}
        >
          <span className="bar-word">Show changes</span>
        </Button>
        <IconButton
          label="Adjust the result"
          icon={SlidersHorizontal}
          pressed={part === 'adjust'}
          onClick={() => turn('adjust')}
        />
        {picture.parents[0] && (
          <Results picture={picture} source={picture.parents[0]} results={results} viewport={zoom.viewport} />
        )}
      </Bar>
      {part === 'adjust' && (
        <Panel label="Adjustments" onClose={close}>
          <Adjust
            origin={origin}
            isBusy={isBusy}
            onLay={(change) => lay({ ...options, ...change })}
            onPaint={source && (() => setPainting(true))}
          />
        </Panel>
      )}
      {part === 'changes' && answer && (
        <Panel label="Changes" onClose={close}>
          <Changes answer={answer} origin={origin} picture={picture} zoom={zoom} />
        </Panel>
      )}
    </>
  )
}

/** Without room for all words, each is cut off at its end. */
function WhatWasDone({ origin: { fit, losses: lost = [], marksLeft = [], leftEmpty } }: { origin: LaidOrigin }) {
  const chips = [
    ...describeFit(fit),
    ...(marksLeft.length > 0 ? [describeMarksLeft(marksLeft)] : []),
    ...(leftEmpty ? [spaceLeftEmpty] : []),
    ...lost.map(describeLoss),
  ]
  return (
    <ul aria-label="What was done" className="flex min-w-0 gap-1 overflow-hidden max-middle:flex-wrap">
      {chips.map((words) => (
        <li key={words} title={words} className={`${chip} min-w-8 truncate`}>
          {words}
        </li>
      ))}
    </ul>
  )
}

interface AdjustProps {
  origin: LaidOrigin
  isBusy: boolean
  onLay(change: LayInOptions): void
  /** Absent: the source was deleted. */
  onPaint: (() => void) | undefined
}

/** What can be changed of a result without paying again. */
function Adjust({ origin: { view, edit }, isBusy, onLay, onPaint }: AdjustProps) {
  const { rim } = edit.document
  return (
    <>
      <Feather value={rim} isOff={isBusy} onChange={(feather) => onLay({ feather })} />
      <Segments
        label="Result shows"
        hideLabel
        value={view}
        options={views}
        onChange={(next) => onLay({ view: next as LaidView })}
      />
      <Button disabled={isBusy || !onPaint} title={onPaint ? undefined : sourceGone} onClick={() => onPaint?.()}>
        Change area
      </Button>
      {isBusy && (
        <span role="status" className="text-faint text-xs">
          Laying in again…
        </span>
      )}
    </>
  )
}

/** What was laid into the same area of the same source, oldest first. */
function useResults({ id, parents: [source] }: Picture, { recipe }: LaidOrigin): readonly Picture[] {
  const { pictures } = usePictures('gallery')
  const asked = askedOf(recipe)
  return pictures
    .filter((each) => {
      if (each.id === id) return true
      if (each.parents[0] !== source || each.origin.kind !== 'derived' || each.origin.from !== 'answer') return false
      return askedOf(each.origin.recipe) === asked
    })
    .toReversed()
}

/** The area that was sent and how far the image was extended, as text. */
function askedOf(recipe: Recipe): string {
  const { area, frame } = laidEditOf(recipe)?.document ?? {}
  return JSON.stringify([area, frame])
}

/**
 * Slider for the width of the soft edge. Applied when the pointer releases it, by Enter, or when it is left: each width makes a
 * new image.
 */
function Feather({ value, isOff, onChange }: { value: number; isOff: boolean; onChange(value: number): void }) {
  const [chosen, setChosen] = useState(value)
  const commit = () => chosen !== value && !isOff && onChange(chosen)
  const fill = { '--fill': `${(chosen / mostFeather) * 100}%` } as CSSProperties
  return (
    <label className="flex items-center gap-1.5 text-soft text-xs">
      <span>Feather</span>
      <input
        type="range"
        min={0}
        max={mostFeather}
        step={1}
        value={chosen}
        disabled={isOff}
        onChange={(event) => setChosen(event.currentTarget.valueAsNumber)}
        onPointerUp={commit}
        onKeyDown={({ key }) => key === 'Enter' && commit()}
        onBlur={commit}
        className="slider w-16"
        style={fill}
      />
      <span aria-hidden className="w-5 tabular-nums">{`${chosen}`}</span>
    </label>
  )
}

/** Lays an answer in with other options, and shows the result, unless the user went on to something else. Free. */
function useLayInAgain(answer: PictureId | undefined) {
  const laying = answerLayingOf(useStore())
  const [isBusy, setBusy] = useState(false)
  async function lay(options: LayInOptions) {
    if (!answer || isBusy) return
    setBusy(true)
    const { selected: before } = useWorkspace.getState()
    try {
      const made = await laying.layInAgain(answer, options)
      const { selected, tool, comparing, batch, select, arrive } = useWorkspace.getState()
      const isStill = selected === before && !tool && !comparing && batch === undefined
      if (isStill) select(made)
      else arrive(made)
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'The answer could not be laid in.'
      notify({ text: reason, tone: 'error' })
    } finally {
      setBusy(false)
    }
  }
  return { lay: (options: LayInOptions) => void lay(options), isBusy }
}

interface RefusedProps {
  answer: Picture
  laying: Extract<Laying, { kind: 'refused' | 'failed' }>
  recipe: Recipe
  zoom: Zoom
}

function Refused({ answer, laying, recipe, zoom }: RefusedProps) {
  const store = useStore()
  const { lay, isBusy } = useLayInAgain(answer.id)
  const tryAgain = useTryAgain(recipe)
  const [isPlacing, setPlacing] = useState(false)
  const source = usePicture(answer.parents[0])
  const needsSource = source ? {} : { disabled: true, title: sourceGone }
  const rect = laidEditOf(recipe)?.rect
  if (isPlacing && rect) {
    const onPlace = (map: Affine) => lay({ fit: { map, verdict: 'aligned' } })
    const onCancel = () => setPlacing(false)
    return (
      <Panel label="Placement">
        <PlaceByHand answer={answer} rect={rect} zoom={zoom} isBusy={isBusy} onPlace={onPlace} onCancel={onCancel} />
      </Panel>
    )
  }
  // A doubtful answer is laid in with the fit that was found; after an error it is tried again.
  const again = laying.kind === 'failed' ? {} : isDoubtful(laying.objection) ? { fit: laying.fit } : undefined
  return (
    <Panel label="Answer">
      <p role="alert" className="min-w-56 flex-1 basis-64 text-ink text-sm">
        {describeRefusal(laying)}
      </p>
      <span className="flex flex-wrap gap-1">
        <Button onClick={() => void takeWhole(store, answer.id)}>Use whole result</Button>
        {again && (
          <Button disabled={isBusy} onClick={() => lay(again)} {...needsSource}>
            {laying.kind === 'failed' ? 'Lay in again' : 'Lay in anyway'}
          </Button>
        )}
        {laying.kind === 'refused' && (
          <Button variant="quiet" onClick={() => setPlacing(true)} {...needsSource}>
            Place by hand
          </Button>
        )}
        <Button variant="quiet" disabled={tryAgain === undefined} onClick={tryAgain} {...needsSource}>
          Try again ({describeCredits(toBatch([recipe]).priceCredits)})
        </Button>
      </span>
    </Panel>
  )
}

/** One act, which can be undone: the answer is no longer asked about. */
async function takeWhole(store: GalleryStore, answer: PictureId): Promise<void> {
  const change = { kind: 'image', field: 'isUsedWhole', ids: [answer], from: false, to: true } as const
  await perform(store, { label: 'use whole result', changes: [change] }, 'The result was not taken')
}

/** Whether laying the answer in by its own fit may still give what the user wants. */
function isDoubtful(objection: LayObjection): boolean {
  return objection === 'bent' || objection === 'partly' || objection === 'covered'
}

/**
 * One new run of the same recipe, at its price; if it exceeds a limit of the user, the form asks. `undefined` once it
 * was done.
 */
function useTryAgain(recipe: Recipe): (() => void) | undefined {
  const store = useStore()
  const generator = useGenerator()
  const [isDone, setDone] = useState(false)
  if (isDone) return undefined
  const start = async () => setDone(await generator.generate(recipe))
  return () => {
    setDone(true)
    const asked = generator.question([recipe])
    if (!asked) return void start()
    void asked.then((words) => (words === undefined ? start() : fillForm(store, recipe)))
  }
}
