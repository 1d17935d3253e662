import { describeDollars } from '#domain/charge.ts'
import type { FallbackRule } from '#domain/run.ts'
import { useFallback } from '#generation/use-fallback.ts'
import { modelTitle, priceDollarsOf } from '#providers/gemini-models.ts'
import { Segments } from '#ui/segments.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const rules: readonly { value: FallbackRule; label: string; note: string }[] = [
  { value: 'ask', label: 'Ask', note: 'Ask before using Gemini.' },
  {
    value: 'always',
    label: 'Always',
    note: 'Use Gemini right away, at its price. Ask only when the first try may have been charged.',
  },
  { value: 'never', label: 'Never', note: 'Never use Gemini.' },
]

/** What happens to a run that the service certainly did not accept. */
export function FallbackSettings() {
  const rule = useWorkspace((state) => state.fallback)
  const choose = (value: string) => {
    const chosen = rules.find((each) => each.value === value)
    if (chosen) useWorkspace.getState().adjust({ fallback: chosen.value })
  }
  return (
    <>
      <Segments label="Fallback" hideLabel value={rule} options={rules} onChange={choose} />
      <Offer />
    </>
  )
}

function Offer() {
  const fallback = useFallback()
  if (!fallback) {
    return <p className="text-faint text-xs">This proxy has no fallback. Set GEMINI_API_KEY to use Gemini.</p>
  }
  const { model, mode } = fallback
  const dollars = priceDollarsOf(model, '1K')
  const price = dollars === undefined ? 'at a price not known here' : `for ${describeDollars(dollars)} at 1K`
  return (
    <p className="text-faint text-xs">
      <span>{`${modelTitle(model)} makes the image instead, ${price}${mode === 'simulated' ? ', simulated' : ''}`}</span>
      , when the service is away, too busy or out of credits. The prompt and source images then go to Google; its images
      carry an invisible watermark. Blocked prompts are never forwarded.
    </p>
  )
}
