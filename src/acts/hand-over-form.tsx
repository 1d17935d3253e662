import { type FormEvent, useState, useSyncExternalStore } from 'react'
import { isAbort } from '#domain/failure.ts'
import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { type HandOverWork, handOverWork } from '#imaging/hand-over/hand-over.ts'
import {
  mostColumns,
  type PageSettings,
  paperSizes,
  papers,
  type SheetSettings,
} from '#library/hand-over/hand-over-settings.ts'
import { countPages, createHandOver, type HandedOver } from '#library/hand-over/save-hand-over.ts'
import { currentJob, describeRunning, watchJob } from '#library/jobs.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { FileButton } from '#ui/file-button.tsx'
import { JobProgress } from '#ui/job-progress.tsx'
import { notify } from '#ui/notices.tsx'
import { Range } from '#ui/range.tsx'
import { Segments } from '#ui/segments.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { Switch } from '#ui/switch.tsx'
import { TextField } from '#ui/text-field.tsx'
import { useIsShown } from '#ui/use-is-shown.ts'
import { describeFileError } from './describe-file-error.ts'
import { takePicks } from './take-picks.ts'

interface HandOverFormProps {
  images: NonEmpty<Picture>
  onClose(): void
  /** Makes the pixels; tests give their own. */
  work?: HandOverWork
}

type Way = 'sheet' | 'picks' | 'photoshop'

const ways = [
  { value: 'sheet', label: 'Contact sheet' },
  { value: 'picks', label: "Client's picks" },
  { value: 'photoshop', label: 'Photoshop' },
] as const
const explained: Readonly<Record<Way, string>> = {
  sheet: 'One sheet to look at or print.',
  picks:
    'One HTML file to send. Your client opens it without a network, picks images, adds notes, and sends a small file back.',
  photoshop: 'Layers of one size: the source, and the result with its area as a mask.',
}
const kinds = [
  { value: 'pdf', label: 'PDF' },
  { value: 'png', label: 'PNG' },
] as const
const captions = [
  { value: 'number', label: 'Number' },
  { value: 'prompt', label: 'Prompt' },
  { value: 'none', label: 'None' },
] as const
const sides = [
  { value: '1200', label: '1200 px' },
  { value: '2000', label: '2000 px' },
] as const

/** What the dialog "Hand over" holds, for one image or many. */
export function HandOverForm({ images, onClose, work = handOverWork }: HandOverFormProps) {
  const store = useStore()
  const job = useSyncExternalStore(watchJob, currentJob)
  const [way, setWay] = useState<Way>('sheet')
  const [title, setTitle] = useState('')
  const [sheet, setSheet] = useState<Omit<SheetSettings, 'title'>>({
    kind: 'pdf',
    paper: 'a4',
    columns: images.length === 1 ? 1 : 3,
    captions: 'number',
  })
  const [page, setPage] = useState<Omit<PageSettings, 'title'>>({ mostSide: 1200, showsPrompts: false })
  const [failure, setFailure] = useState<string>()
  const isBusy = job !== undefined
  const isShown = useIsShown()

  async function save(event: FormEvent) {
    event.preventDefault()
    if (isBusy) return
    setFailure(undefined)
    const handOver = createHandOver({ store, work })
    const saving: Readonly<Record<Way, () => Promise<HandedOver | undefined>>> = {
      sheet: () => handOver.contactSheet(images, { ...sheet, title }),
      picks: () => handOver.picksPage(images, { ...page, title }),
      photoshop: () => handOver.photoshop(images),
    }
    try {
      const saved = await saving[way]()
      if (!saved) return
      tell(saved)
      if (isShown.current) onClose()
    } catch (error) {
      if (isAbort(error)) notify({ text: 'Stopped. No file was written.' })
      else if (isShown.current) setFailure(describeFileError(error))
      else notify({ text: `No file was saved. ${describeFileError(error)}`, tone: 'error' })
    }
  }

  return (
    <form onSubmit={save} className="grid gap-5 p-4" noValidate>
      <div className="grid gap-2">
        <Segments
          label="As"
          value={way}
          options={ways}
          onChange={(value) => setWay(ways.find((each) => each.value === value)?.value ?? 'sheet')}
        />
        <p className="text-soft text-xs">{explained[way]}</p>
      </div>
      {way !== 'photoshop' && (
        <TextField label="Title" value={title} maxLength={120} placeholder="Spring campaign" onChange={setTitle} />
      )}
      {way === 'sheet' && (
        <SheetFields images={images} sheet={sheet} onChange={(change) => setSheet({ ...sheet, ...change })} />
      )}
      {way === 'picks' && (
        <>
          <PageFields page={page} onChange={(change) => setPage({ ...page, ...change })} />
          <PicksBack onFile={(file) => void takePicks(store, file).then(() => isShown.current && onClose())} />
        </>
      )}
      {failure && (
        <p role="alert" className="text-danger text-sm [overflow-wrap:anywhere]">
          {showHidden(failure)}
        </p>
      )}
      {job?.kind === 'hand-over' && <JobProgress doing="Preparing" {...job} />}
      {job && job.kind !== 'hand-over' && <p className="text-soft text-xs">{describeRunning(job)}</p>}
      {/* Stays visible while a long form scrolls. */}
      <div className="sticky bottom-0 -m-4 mt-0 flex items-center justify-end gap-2 border-line border-t bg-panel p-4">
        <Button variant="quiet" onClick={onClose}>
          Close
        </Button>
        <Button type="submit" variant="primary" disabled={isBusy}>
          {images.length === 1 ? 'Save file' : `Save file of ${images.length.toLocaleString('en')} images`}
        </Button>
      </div>
    </form>
  )
}

interface SheetFieldsProps {
  images: NonEmpty<Picture>
  sheet: Omit<SheetSettings, 'title'>
  onChange(change: Partial<SheetSettings>): void
}

function SheetFields({ images, sheet, onChange }: SheetFieldsProps) {
  const pages = countPages(images, sheet)
  const find = <T extends string>(options: readonly { value: T }[], value: string) =>
    options.find((each) => each.value === value)?.value
  return (
    <>
      <div className="grid grid-cols-2 gap-3 max-middle:grid-cols-1">
        <Segments
          label="Format"
          value={sheet.kind}
          options={kinds}
          onChange={(kind) => onChange({ kind: find(kinds, kind) ?? 'pdf' })}
        />
        <Segments
          label="Paper"
          value={sheet.paper}
          options={papers.map((paper) => ({ value: paper, label: paperSizes[paper].label }))}
          onChange={(chosen) => onChange({ paper: papers.find((paper) => paper === chosen) ?? 'a4' })}
        />
      </div>
      <Range
        label="Columns"
        value={sheet.columns}
        min={1}
        max={mostColumns}
        step={1}
        low="1"
        high={String(mostColumns)}
        onChange={(columns) => onChange({ columns })}
      />
      <Segments
        label="Captions"
        value={sheet.captions}
        options={captions}
        onChange={(chosen) => onChange({ captions: find(captions, chosen) ?? 'number' })}
      />
      <p className="text-soft text-xs" aria-live="polite">
        {pages === 1 ? '1 page.' : `${pages.toLocaleString('en')} pages${sheet.kind === 'png' ? ', in one ZIP' : ''}.`}
      </p>
    </>
  )
}

interface PageFieldsProps {
  page: Omit<PageSettings, 'title'>
  onChange(change: Partial<PageSettings>): void
}

function PageFields({ page, onChange }: PageFieldsProps) {
  return (
    <>
      <Segments
        label="Longest side"
        value={String(page.mostSide)}
        options={sides}
        onChange={(side) => onChange({ mostSide: Number(side) })}
      />
      <Switch
        label="Show prompts"
        checked={page.showsPrompts}
        hint="Off: your client sees numbers only."
        onChange={(showsPrompts) => onChange({ showsPrompts })}
      />
    </>
  )
}

/** Reads the file of picks that the client sent back. */
function PicksBack({ onFile }: { onFile(file: File): void }) {
  return (
    <div className="grid justify-items-start gap-2 border-line border-t pt-4">
      <p className="text-soft text-xs">
        Got picks back? They become stars. You can also drop the file anywhere in Atelier.
      </p>
      <FileButton label="Open picks" accept=".json,application/json" onFile={onFile} />
    </div>
  )
}

function tell({ file, failed }: HandedOver): void {
  const [first] = failed
  if (!first) {
    notify({ text: `Saved ${file}.` })
    return
  }
  const others = failed.length === 1 ? '' : `, and ${failed.length - 1} more`
  notify({ text: `Saved ${file}. Without ${first.name}${others}: ${first.reason}`, tone: 'error' })
}
