import { describeDollars, type FallbackRule } from '#domain/run.ts'
import { useFallback } from '#generation/use-fallback.ts'
import { modelTitle, priceDollarsOf } from '#providers/gemini-models.ts'
import { Segments } from '#ui/segments.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const rules: readonly { value: FallbackRule; label: string; note: string }[] = [
  { value: 'ask', label: 'Ask', note: 'Such a run stays where it is, with a button.' },
  {
    value: 'always',
    label: 'Always',
    note: 'Without a question, and without one about its price. What may have been taken is still asked about.',
  },
  { value: 'never', label: 'Never', note: 'Such a run stays where it is.' },
]

/** What becomes of a run that the service certainly did not take. */
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
    return (
      <p className="text-faint text-xs">
        This proxy has no other service to ask. With GEMINI_API_KEY set there, Gemini makes what the service does not
        take.
      </p>
    )
  }
  const { model, mode } = fallback
  const dollars = priceDollarsOf(model, '1K')
  const price = dollars === undefined ? 'at a price that is not known here' : `for ${describeDollars(dollars)} at 1K`
  return (
    <p className="text-faint text-xs">
      {modelTitle(model)} makes what the service is too busy for or switched off, {price}
      {mode === 'simulated' ? ' (simulated)' : ''}. Never what was refused for its content. Its pictures carry an
      invisible mark of Google’s.
    </p>
  )
}
