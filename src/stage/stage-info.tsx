import type { ReactNode } from 'react'
import { describeTime } from '#domain/date-heading.ts'
import type { Picture } from '#domain/picture.ts'
import { describeMaker, describeSize, gatewayOf, markOf } from '#library/picture-words.ts'
import { showHidden } from '#ui/show-hidden.ts'

/** Requests that cannot be compared with a size. */
const unmeasured = new Set(['Match input', 'Auto'])

/** One line: the prompt, the model, and the real size next to the requested one. `children` are at its end. */
export function StageInfo({ picture, children }: { picture: Picture; children?: ReactNode }) {
  const { origin, createdAt, shelf } = picture
  const prompt = showHidden(picture.prompt)
  const mark = markOf(picture)
  const isMeasure = origin.kind === 'made' && origin.asked !== undefined && !unmeasured.has(origin.asked)
  const asked = isMeasure ? `requested: ${origin.asked}` : undefined
  const notes = origin.kind === 'dropped' ? ['Imported'] : []
  const maker = [describeMaker(picture), gatewayOf(picture)].filter(Boolean).join(' ')
  const facts = [maker, describeSize(picture), asked, describeTime(createdAt, Date.now()), ...notes]
    .filter(Boolean)
    .join(' · ')
  return (
    <div className="group flex h-8 min-w-0 items-center gap-2 px-3 text-xs max-middle:h-11">
      {mark && (
        <span className="shrink-0 rounded-full border border-line-strong px-1.5 text-soft leading-4">{mark}</span>
      )}
      {picture.signed && (
        <span className="shrink-0 rounded-full border border-line-strong px-1.5 text-soft leading-4">
          Content Credentials
        </span>
      )}
      <p dir="auto" className="min-w-24 shrink truncate text-ink" title={prompt}>
        {prompt}
      </p>
      <p className="min-w-0 shrink-[3] truncate text-faint max-middle:group-has-[button]:hidden" title={facts}>
        {facts}
      </p>
      {shelf === 'bin' && <span className="shrink-0 text-danger">in the bin</span>}
      <span className="ml-auto flex shrink-0 items-center">{children}</span>
    </div>
  )
}
