import { describeDollars, type FallbackRule } from '#domain/run.ts'
import { useFallback } from '#generation/use-fallback.ts'
import { modelTitle, priceDollarsOf } from '#providers/gemini-models.ts'
import { Segments } from '#ui/segments.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const rules: readonly { value: FallbackRule; label: string; note: string }[] = [
  { value: 'ask', label: 'Ask', note: 'What the service did not take stays where it is, with a button.' },
  {
    value: 'always',
    label: 'Always',
    note: 'At once, at its price. What the service may have taken all the same is still asked about.',
  },
  { value: 'never', label: 'Never', note: 'What the service did not take stays where it is.' },
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
        This proxy has no other service to ask. With a GEMINI_API_KEY it would be Gemini.
      </p>
    )
  }
  const { model, mode } = fallback
  const dollars = priceDollarsOf(model, '1K')
  const price = dollars === undefined ? 'at a price not known here' : `for ${describeDollars(dollars)} at 1K`
  return (
    <p className="text-faint text-xs">
      {modelTitle(model)} makes it instead, {price}
      {mode === 'simulated' && ', simulated'}, when the service is away, too busy or out of credits. Prompt and source
      pictures then go to Google, whose pictures carry an invisible mark. What was refused for its content goes nowhere.
    </p>
  )
}
