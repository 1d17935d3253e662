import { startOfDay } from './calendar.ts'

const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' })
const month = new Intl.DateTimeFormat('en-GB', { month: 'long' })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** "Today", "Yesterday", "Tuesday, 17 November"; with the year when it is not the current one. */
export function describeDay(at: number, now: number): string {
  const day = startOfDay(at)
  const today = startOfDay(now)
  if (day === today) return 'Today'
  // Twelve hours before midnight is yesterday even on the days when clocks change.
  if (day === startOfDay(today - 12 * 3_600_000)) return 'Yesterday'
  const date = new Date(at)
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${weekday.format(date)}, ${date.getDate()} ${month.format(date)}${year}`
}

/** "14:32". */
export function describeClock(at: number): string {
  return clock.format(at)
}

/** "Today, 14:32". */
export function describeTime(at: number, now: number): string {
  return `${describeDay(at, now)}, ${describeClock(at)}`
}

/** "today", "yesterday", "9 days ago". */
export function describeAgo(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000)
  if (days <= 0) return 'today'
  return days === 1 ? 'yesterday' : `${days.toLocaleString('en')} days ago`
}
