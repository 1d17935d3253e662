import { describeTime } from '#domain/date-heading.ts'
import type { Picture } from '#domain/picture.ts'
import { describeMaker, describeSize, gatewayOf, markOf } from '#library/picture-words.ts'
import { showHidden } from '#ui/show-hidden.ts'

/** What is seen: the prompt, who made it, and the real pixels beside those asked for. The same height for every picture. */
export function StageInfo({ picture }: { picture: Picture }) {
  const { origin, createdAt, shelf } = picture
  const prompt = showHidden(picture.prompt)
  const mark = markOf(picture)
  const asked = origin.kind === 'made' && origin.asked ? `requested: ${origin.asked}` : undefined
  const notes = origin.kind === 'dropped' ? ['Imported', ...origin.notes] : []
  const maker = [describeMaker(picture), gatewayOf(picture)].filter(Boolean).join(' ')
  const facts = [maker, describeSize(picture), asked, describeTime(createdAt, Date.now()), ...notes]
  return (
    <div className="flex h-20 shrink-0 flex-col [@media(height<800px)]:h-14 justify-center gap-1 border-line border-t bg-panel px-3">
      <p
        dir="auto"
        className="line-clamp-2 text-ink [@media(height<800px)]:line-clamp-1 text-sm [overflow-wrap:anywhere]"
        title={prompt}
      >
        {prompt}
      </p>
      <p className="flex min-w-0 items-center gap-2 text-faint text-xs">
        {mark && (
          <span className="shrink-0 rounded-full border border-line-strong px-1.5 text-soft leading-4">{mark}</span>
        )}
        <span className="truncate">{facts.filter(Boolean).join(' · ')}</span>
        {shelf === 'bin' && <span className="shrink-0 text-danger">in the bin</span>}
      </p>
    </div>
  )
}
