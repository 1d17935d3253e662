import { type FormEvent, useId, useState, useSyncExternalStore } from 'react'
import { isAbort } from '#domain/failure.ts'
import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { mostSide } from '#imaging/edit/exact-size.ts'
import { exportImage } from '#imaging/export/export-image.ts'
import {
  defaultSettings,
  type ExportItem,
  type ExportSettings,
  planExport,
  sideTrouble,
  sizeTrouble,
  targetOf,
} from '#library/export/export-plan.ts'
import { nameTokens, safeStem } from '#library/export/file-names.ts'
import { type ExportPorts, type ExportResult, saveExport } from '#library/export/save-export.ts'
import { sizePresets } from '#library/export/size-presets.ts'
import { currentJob, watchJob } from '#library/jobs.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { JobProgress } from '#ui/job-progress.tsx'
import { notify } from '#ui/notices.tsx'
import { Segments } from '#ui/segments.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { Switch } from '#ui/switch.tsx'
import { TextField } from '#ui/text-field.tsx'
import { useIsShown } from '#ui/use-is-shown.ts'
import { describeFileError } from './describe-file-error.ts'
import { ExportPreview } from './export-preview.tsx'
import { keepExportSettings, keptExportSettings } from './export-settings.ts'
import { useSigned } from './use-signed.ts'

interface ExportFormProps {
  images: NonEmpty<Picture>
  onClose(): void
  /** Makes one file; tests pass their own. */
  make?: ExportPorts['make']
}

const fits = [
  { value: 'stretch', label: 'Scale' },
  { value: 'crop', label: 'Crop' },
  { value: 'pad', label: 'Pad' },
] as const
const formats = [
  { value: 'same', label: 'Original' },
  { value: 'image/png', label: 'PNG' },
  { value: 'image/jpeg', label: 'JPEG' },
  { value: 'image/webp', label: 'WebP' },
] as const

/** The contents of the dialog "Export", for one image or many. */
export function ExportForm({ images, onClose, make = exportImage }: ExportFormProps) {
  const store = useStore()
  const job = useSyncExternalStore(watchJob, currentJob)
  const [settings, setSettings] = useState(() => keptExportSettings(images, defaultSettings))
  const [failure, setFailure] = useState<string>()
  const change = (changed: Partial<ExportSettings>) => setSettings({ ...settings, ...changed })
  const items = planExport(images, settings)
  const trouble = troubleOf(settings)
  const isBusy = job !== undefined
  const isShown = useIsShown()

  async function save(event: FormEvent) {
    event.preventDefault()
    if (trouble || isBusy) return
    keepExportSettings(settings)
    setFailure(undefined)
    try {
      const archive = `${safeStem(settings.project.trim() || 'atelier')}-${images.length}-images.zip`
      const options = { quality: settings.quality, withRecipe: settings.recipe, archive }
      const result = await saveExport({ store, make }, items, options)
      if (!result) return
      tell(result)
      if (isShown.current) onClose()
    } catch (error) {
      if (isAbort(error)) notify({ text: 'Export stopped. No file was written.' })
      else if (isShown.current) setFailure(describeFileError(error))
      else notify({ text: `Not exported. ${describeFileError(error)}`, tone: 'error' })
    }
  }

  return (
    <form onSubmit={save} className="grid gap-5 p-4" noValidate>
      <SizeFields settings={settings} images={images} onChange={change} />
      <ExportPreview picture={images[0]} settings={settings} />
      <SizeNotes items={items} settings={settings} />
      <Segments
        label="Format"
        value={settings.format}
        options={formats}
        onChange={(format) => change({ format: formats.find(({ value }) => value === format)?.value ?? 'same' })}
      />
      <FormatNotes items={items} settings={settings} onChange={change} />
      <NameFields settings={settings} items={items} onChange={change} />
      <Switch
        label="Include prompt and recipe"
        checked={settings.recipe}
        hint="Turn off for clients. That a model made the image is always written into the file."
        onChange={(recipe) => change({ recipe })}
      />
      {failure && (
        <p role="alert" className="text-danger text-sm">
          {failure}
        </p>
      )}
      {job?.kind === 'export' && <JobProgress doing="Exporting" {...job} />}
      {/* Always visible, however long the form is. */}
      <div className="sticky bottom-0 -m-4 mt-0 flex items-center justify-end gap-2 border-line border-t bg-panel p-4">
        <Button variant="quiet" onClick={onClose}>
          Close
        </Button>
        <Button type="submit" variant="primary" disabled={isBusy || trouble !== undefined}>
          {images.length === 1 ? 'Export' : `Export ${images.length.toLocaleString('en')} images`}
        </Button>
      </div>
    </form>
  )
}

interface FieldsProps {
  settings: ExportSettings
  onChange(changed: Partial<ExportSettings>): void
}

function SizeFields({ settings, images, onChange }: FieldsProps & { images: NonEmpty<Picture> }) {
  const id = useId()
  const { size } = settings
  const [first] = images
  const isOneSize = images.every(({ width, height }) => width === first.width && height === first.height)
  const own = isOneSize ? { width: String(first.width), height: String(first.height) } : { width: '', height: '' }
  const shown = size ?? own
  const preset =
    size && sizePresets.findIndex(({ width, height }) => `${width}x${height}` === `${size.width}x${size.height}`)
  const choose = (value: string) => {
    const chosen = sizePresets[Number(value)]
    if (value === 'source') onChange({ size: undefined })
    else if (chosen) onChange({ size: { width: String(chosen.width), height: String(chosen.height) } })
    else onChange({ size: shown })
  }
  const groups = [...new Set(sizePresets.map(({ group }) => group))]
  return (
    <div className="grid gap-3">
      <div>
        <label htmlFor={id} className="mb-1.5 block text-soft text-xs">
          Size
        </label>
        <span className="choice">
          <select
            id={id}
            value={size === undefined ? 'source' : preset !== undefined && preset >= 0 ? preset : 'own'}
            onChange={(event) => choose(event.currentTarget.value)}
            className="h-8 w-full rounded-sm border border-line bg-raised pr-8 pl-2.5 text-ink text-sm max-middle:h-11"
          >
            <option value="source">{isOneSize ? 'Source size' : 'Source size, each its own'}</option>
            <option value="own">Custom</option>
            {groups.map((group) => (
              <optgroup key={group} label={group}>
                {sizePresets.map((each, index) =>
                  each.group === group ? (
                    <option key={each.label} value={index}>
                      {`${each.label} · ${each.width} × ${each.height}`}
                    </option>
                  ) : null,
                )}
              </optgroup>
            ))}
          </select>
        </span>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <SideField
          name="Width"
          value={shown.width}
          error={size && sideTrouble('Width', size.width)}
          onChange={(width) => onChange({ size: { ...shown, width } })}
        />
        <SideField
          name="Height"
          value={shown.height}
          error={size && sideTrouble('Height', size.height)}
          onChange={(height) => onChange({ size: { ...shown, height } })}
        />
      </div>
      <Segments
        label="Fit"
        value={settings.fit}
        options={fits}
        onChange={(fit) => onChange({ fit: fits.find(({ value }) => value === fit)?.value ?? 'crop' })}
      />
    </div>
  )
}

interface SideFieldProps {
  name: 'Width' | 'Height'
  value: string
  error: string | undefined
  onChange(value: string): void
}

/** A number field whose text is kept as typed, so that letters get an error message instead of being dropped. */
function SideField({ name, value, error, onChange }: SideFieldProps) {
  const id = useId()
  const step = (by: number) => onChange(String(Math.max(1, (Number(value) || 0) + by)))
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-soft text-xs">
        {name}
      </label>
      <input
        id={id}
        role="spinbutton"
        inputMode="numeric"
        autoComplete="off"
        value={value}
        aria-valuenow={Number(value) || 0}
        aria-valuemin={1}
        aria-valuemax={mostSide}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
          if (by === 0) return
          event.preventDefault()
          step(event.shiftKey ? by * 10 : by)
        }}
        className={`field h-8 w-full rounded-sm border bg-raised px-2.5 text-ink text-sm tabular-nums max-middle:h-11 ${error ? 'border-danger' : 'border-line'}`}
      />
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-danger text-xs">
          {error}
        </p>
      )}
    </div>
  )
}

/** What the size does to the images: enlarged, other proportions, too large. */
function SizeNotes({ items, settings }: { items: readonly ExportItem[]; settings: ExportSettings }) {
  const target = targetOf(settings)
  const tooLarge = target && sizeTrouble(target)
  const most = Math.max(...items.map(({ enlarged }) => enlarged))
  const isBent =
    target !== undefined &&
    settings.fit === 'stretch' &&
    items.some(({ picture }) => {
      const ratio = (target.width * picture.height) / (target.height * picture.width)
      return ratio > 1.01 || ratio < 0.99
    })
  if (!tooLarge && most <= 1.005 && !isBent) return null
  return (
    <div className="grid gap-1 text-xs" aria-live="polite">
      {tooLarge && <p className="text-danger">{tooLarge}</p>}
      {most > 1.005 && <p className="text-soft">{`Enlarged ${most.toFixed(1)} ×: no detail added.`}</p>}
      {isBent && <p className="text-soft">Scaling to this size changes the proportions. Crop and Pad keep them.</p>}
    </div>
  )
}

function FormatNotes({ items, settings, onChange }: FieldsProps & { items: readonly ExportItem[] }) {
  const signed = useSigned(items)
  const hasQuality = items.some(
    ({ format, resize, picture }) => format !== 'image/png' && (resize !== undefined || picture.mime !== format),
  )
  const id = useId()
  if (!hasQuality && signed === 0) return null
  return (
    <div className="grid gap-2">
      {hasQuality && (
        <div className="grid grid-cols-[auto_1fr_auto] items-center gap-3">
          <label htmlFor={id} className="text-soft text-xs">
            Quality
          </label>
          <input
            id={id}
            type="range"
            min={40}
            max={100}
            value={settings.quality}
            onChange={(event) => onChange({ quality: event.currentTarget.valueAsNumber })}
            className="slider"
          />
          <output htmlFor={id} className="text-sm tabular-nums">
            {settings.quality}
          </output>
        </div>
      )}
      {signed > 0 && (
        <p className="text-soft text-xs">
          {signed === 1 ? '1 image carries' : `${signed} images carry`} Content Credentials. A new size or format
          removes them; Source size with format Original keeps them.
        </p>
      )}
    </div>
  )
}

const mostNames = 3

function NameFields({ settings, items, onChange }: FieldsProps & { items: readonly ExportItem[] }) {
  return (
    <div className="grid gap-3">
      <TextField
        label="File name"
        value={settings.pattern}
        maxLength={300}
        onChange={(pattern) => onChange({ pattern })}
        hint={`Can hold ${nameTokens.map((token) => `{${token}}`).join(' ')}`}
      />
      {settings.pattern.includes('{project}') && (
        <TextField
          label="Project"
          value={settings.project}
          maxLength={60}
          placeholder="atelier"
          onChange={(project) => onChange({ project })}
        />
      )}
      <ul aria-label="File names" className="grid gap-0.5 text-faint text-xs">
        {items.slice(0, mostNames).map(({ name }) => (
          <li key={name} dir="auto" className="truncate">
            {showHidden(name)}
          </li>
        ))}
        {items.length > mostNames && <li>… and {items.length - mostNames} more, in one ZIP</li>}
      </ul>
    </div>
  )
}

function troubleOf(settings: ExportSettings): string | undefined {
  const { size } = settings
  const target = targetOf(settings)
  if (size && !target) return sideTrouble('Width', size.width) ?? sideTrouble('Height', size.height)
  return target && sizeTrouble(target)
}

function tell({ saved, failed }: ExportResult): void {
  const [first] = failed
  if (!first) {
    notify({ text: saved === 1 ? 'Exported.' : `Exported ${saved.toLocaleString('en')} images.` })
    return
  }
  const others = failed.length === 1 ? '' : `, and ${failed.length - 1} more`
  notify({ text: `Exported ${saved}. Not exported: ${first.name}${others}. ${first.reason}`, tone: 'error' })
}
