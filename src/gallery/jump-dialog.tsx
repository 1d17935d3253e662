import { useMemo, useState } from 'react'
import { jumpAct } from '#acts/gallery-acts.ts'
import { startOfDay, startOfMonth } from '#domain/calendar.ts'
import type { Day } from '#library/find/finder.ts'
import { Button } from '#ui/button.tsx'
import { Dialog } from '#ui/dialog.tsx'

interface JumpDialogProps {
  days: readonly Day[]
  /** Number of tiles in the result. */
  total: number
  now: number
  /** `at`: local midnight, in epoch ms. */
  onJump: (at: number) => void
  onClose: () => void
}

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' })

/** Scrolls to the images of a day, of a week ago, or of a month. */
export function JumpDialog({ days, total, now, onJump, onClose }: JumpDialogProps) {
  const [typed, setTyped] = useState('')
  const months = useMemo(() => monthsOf(days, total), [days, total])
  const chosen = dayFrom(typed)
  const go = (at: number) => {
    onClose()
    onJump(at)
  }
  const ago = (back: number) => startOfDay(new Date(now).setDate(new Date(now).getDate() - back))
  return (
    <Dialog open title={jumpAct.label} onClose={onClose}>
      <div className="flex flex-col gap-4 p-4">
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            if (chosen !== undefined) go(chosen)
          }}
        >
          <label className="flex-1 text-soft text-xs">
            Date
            <input
              type="date"
              value={typed}
              onChange={({ currentTarget }) => setTyped(currentTarget.value)}
              className="field mt-1.5 block h-8 w-full rounded-sm border border-line bg-raised px-2.5 text-ink text-sm max-middle:h-11"
            />
          </label>
          <Button type="submit" disabled={chosen === undefined}>
            Go
          </Button>
        </form>
        <div className="flex gap-2">
          <Button onClick={() => go(ago(1))}>Yesterday</Button>
          <Button onClick={() => go(ago(7))}>A week ago</Button>
        </div>
        <ul aria-label="Months" className="flex max-h-64 flex-col overflow-y-auto">
          {months.map(({ at, latest, count }) => (
            <li key={at} className="flex">
              <Button variant="quiet" className="flex-1 justify-start" onClick={() => go(latest)}>
                <span className="flex-1 text-left">{monthName.format(at)}</span>
                <span className="text-faint text-xs tabular-nums">{count.toLocaleString('en')}</span>
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  )
}

/** Local midnight of "2026-11-20". */
function dayFrom(typed: string): number | undefined {
  const [year = 0, month = 0, day = 0] = typed.split('-').map(Number)
  return year > 1900 && month > 0 && day > 0 ? new Date(year, month - 1, day).getTime() : undefined
}

/** The months with images in the order of the result, each with its first day there and its number of tiles. */
function monthsOf(days: readonly Day[], total: number): { at: number; latest: number; count: number }[] {
  const months = new Map<number, { at: number; latest: number; count: number }>()
  for (const [index, { at, from }] of days.entries()) {
    const month = startOfMonth(at)
    const known = months.get(month) ?? { at: month, latest: at, count: 0 }
    months.set(month, { ...known, count: known.count + (days[index + 1]?.from ?? total) - from })
  }
  return [...months.values()]
}
