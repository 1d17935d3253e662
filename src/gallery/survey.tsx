import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Subject, SurveyView } from '#acts/act.ts'
import { binAct } from '#acts/image-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { surveyActs } from '#acts/survey-acts.ts'
import type { NonEmpty, PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { describePicture } from '#library/picture-words.ts'
import { usePicture, useStore } from '#store/queries.ts'
import { useOriginal } from '#store/stage-queries.ts'
import { Button } from '#ui/button.tsx'
import { Dialog } from '#ui/dialog.tsx'
import { describeShortcut, findShortcut } from '#ui/shortcut.ts'
import { Switch } from '#ui/switch.tsx'

interface SurveyProps {
  ids: NonEmpty<PictureId>
  commands: ImageCommands
  onClose: () => void
}

const surveyKeys = surveyActs.flatMap((act) => act.keys.map((keys) => [keys, act] as const))

const keysInWords = [
  ...surveyActs.flatMap(({ keys: [first = ''], word }) => (word ? [`${describeShortcut(first)} ${word}`] : [])),
  '1 to 5 rate',
].join(' · ')

/** One image after another, judged by keys alone. Ends with the numbers of kept and rejected images. */
export function Survey({ ids, commands, onClose }: SurveyProps) {
  const [place, setPlace] = useState(0)
  const [advances, setAdvances] = useState(true)
  const [showsSource, setShowsSource] = useState(false)
  const [seen, setSeen] = useState<ReadonlySet<PictureId>>(new Set())
  const [isEndedEarly, setEndedEarly] = useState(false)
  const id = ids[place]
  const picture = usePicture(id)
  const isOver = place >= ids.length || isEndedEarly
  // The next ones are read ahead, so that no key press waits for an image.
  usePicture(ids[place + 1])
  usePicture(ids[place + 2])
  const content = useRef<HTMLDivElement>(null)
  useEffect(() => content.current?.focus(), [])

  const noteSeen = () => id !== undefined && setSeen((before) => new Set(before).add(id))
  const go = (by: number) => {
    if (by > 0) noteSeen()
    setEndedEarly(false)
    setPlace(Math.max(0, Math.min(ids.length, place + by)))
    setShowsSource(false)
  }
  const view: SurveyView = {
    go,
    turnSource: () => setShowsSource(!showsSource),
    judge(work, stays) {
      if (!picture) return
      void work([picture], commands)
      noteSeen()
      if (advances && !stays) go(1)
    },
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const act = findShortcut(surveyKeys, event.nativeEvent, content.current)
    if (!act) return
    event.preventDefault()
    act.perform(view)
  }
  // Leaving in the middle ends with the summary of what was judged, too.
  const leave = () => (isOver || seen.size === 0 ? onClose() : setEndedEarly(true))
  return (
    <Dialog open isWide title="Survey" onClose={leave}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are for all of the dialog */}
      <div
        ref={content}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        className="flex h-[80dvh] flex-col gap-3 p-4 outline-none max-middle:h-full"
      >
        {isOver ? (
          <Summary
            ids={ids.filter((each) => seen.has(each))}
            commands={commands}
            onClose={onClose}
            onBack={() => (isEndedEarly ? setEndedEarly(false) : setPlace(ids.length - 1))}
          />
        ) : (
          <>
            {picture ? <Look picture={picture} showsSource={showsSource} /> : <Gone />}
            <div className="flex flex-wrap items-center justify-between gap-3 text-faint text-xs">
              <span className="tabular-nums" aria-live="polite">
                {picture ? `${place + 1} of ${ids.length} · ${describeJudgement(picture)}` : ''}
              </span>
              <span className="pointer-coarse:hidden max-middle:hidden">{keysInWords}</span>
              <Switch label="Go on by itself" checked={advances} onChange={setAdvances} />
            </div>
            <div className="flex items-center justify-center gap-2">
              <Button onClick={() => go(-1)}>Back</Button>
              <Button onClick={() => view.judge((subject) => commands.reject(subject, true))}>Reject</Button>
              <Button variant="primary" onClick={() => go(1)}>
                Keep
              </Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  )
}

function Look({ picture, showsSource }: { picture: Picture; showsSource: boolean }) {
  const source = picture.parents[0]
  const { url } = useOriginal(showsSource && source !== undefined ? source : picture.id)
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center">
      {url && (
        <img
          src={url}
          alt={showsSource ? 'Source' : describePicture(picture, Date.now())}
          className="chequer max-h-full max-w-full"
        />
      )}
    </div>
  )
}

/** For an image that another window has deleted; shown a moment later, because it may only be unread. */
function Gone() {
  return (
    <p className="gallery-late flex min-h-0 flex-1 items-center justify-center text-faint text-sm">
      This image was deleted.
    </p>
  )
}

function describeJudgement({ marks }: Picture): string {
  if (marks?.reject) return 'rejected'
  if (marks?.rating) return `rated ${marks.rating}`
  return marks?.star ? 'starred' : 'not judged'
}

interface SummaryProps extends Omit<SurveyProps, 'ids'> {
  /** The images that were judged or passed. */
  ids: readonly PictureId[]
  onBack: () => void
}

/** "12 kept, 28 rejected", and a button that moves the rejected ones to the bin in one act. */
function Summary({ ids, commands, onClose, onBack }: SummaryProps) {
  const store = useStore()
  const [there, setThere] = useState<readonly Picture[]>()
  useEffect(() => {
    // The last mark may not be stored yet, so each change is read again.
    const read = async () => {
      const found = await store.picturesById(ids)
      setThere([...found.values()])
    }
    void read()
    return store.subscribe((change) => {
      if (change.kind === 'pictures') void read()
    })
  }, [store, ids])
  if (!there) return null
  const rejected = there.filter(({ marks }) => marks?.reject === true)
  const [first, ...rest] = rejected
  const onBin = (subject: Subject) => {
    void commands.moveToBin(subject)
    onClose()
  }
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-4">
      <p role="status" className="text-ink tabular-nums">
        {`${(there.length - rejected.length).toLocaleString('en')} kept, ${rejected.length.toLocaleString('en')} rejected`}
      </p>
      <div className="flex items-center gap-2">
        <Button onClick={onBack}>Back</Button>
        {first && <Button onClick={() => onBin([first, ...rest])}>{binAct.label}</Button>}
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
