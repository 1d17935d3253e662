import { ChevronDown } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { describeTime } from '#domain/date-heading.ts'
import { describeFailure, toFailure } from '#domain/failure.ts'
import type { Adopted } from '#generation/adopt.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { families } from '#models/catalogue.ts'
import { Button } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { Segments } from '#ui/segments.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { TextField } from '#ui/text-field.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { rowIdOf } from './task-row.tsx'

/** Follows a task of the same account that was submitted elsewhere, by its id. Folded until it is needed. */
export function AdoptForm() {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div className="sticky bottom-0 border-line border-t bg-panel">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex h-10 w-full items-center gap-2 px-4 text-soft text-xs -outline-offset-2 hover:text-ink max-middle:h-11"
      >
        Fetch a result by its task ID
        <ChevronDown size={14} strokeWidth={1.75} aria-hidden className={classes('ml-auto', open && 'rotate-180')} />
      </button>
      {open && <Form id={id} />}
    </div>
  )
}

const options = families.map(({ id, title }) => ({ value: id, label: title }))

function Form({ id }: { id: string }) {
  const { adopt } = useGenerator()
  const [taskId, setTaskId] = useState('')
  const [family, setFamily] = useState(() => useWorkspace.getState().family)
  const [answer, setAnswer] = useState<{ error?: string; note?: string }>({})
  const [isAsking, setIsAsking] = useState(false)

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (isAsking) return
    setIsAsking(true)
    try {
      const found = await adopt(taskId, family)
      setAnswer({ note: found.known ? lead(found) : 'Fetching it. This is free.' })
      if (!found.known) setTaskId('')
    } catch (error) {
      setAnswer({ error: showHidden(describeFailure(toFailure(error))) })
    } finally {
      setIsAsking(false)
    }
  }

  return (
    <form id={id} onSubmit={submit} className="grid gap-3 px-4 pb-4">
      <TextField
        label="Task ID"
        value={taskId}
        onChange={(text) => {
          setTaskId(text)
          setAnswer({})
        }}
        error={answer.error}
        hint="From “Copy details” in another browser, or from the service’s own list. Free."
      />
      <Segments label="Made with" value={family} options={options} onChange={setFamily} />
      <div className="flex items-center gap-3">
        <Button type="submit" aria-disabled={isAsking}>
          Fetch
        </Button>
        <p role="status" className="min-w-0 flex-1 text-soft text-xs">
          {answer.note}
        </p>
      </div>
    </form>
  )
}

/** Shows what is already here, and says so. */
function lead({ run, picture }: Extract<Adopted, { known: true }>): string {
  if (picture) {
    const { select, show } = useWorkspace.getState()
    select(picture)
    show('stage')
    return 'This image is already here: it is on the stage.'
  }
  const row = run && document.getElementById(rowIdOf(run))
  row?.scrollIntoView({ block: 'nearest' })
  row?.focus({ preventScroll: true })
  return run
    ? `This task is already here: ${describeTime(run.marks.createdAt, Date.now())}.`
    : 'This task is already here.'
}
