import { useEffect, useEffectEvent, useState } from 'react'
import type { Recipe } from '#domain/run.ts'
import { notify } from '#ui/notices.tsx'
import type { FormSources } from './use-form-sources.ts'

/**
 * Remembers a press of the submit button while sources are being prepared, and presses again, once, when they are
 * ready. That press submits, or says why not. If the form was changed meanwhile, the press is dropped, and the user is
 * told.
 */
export function useWhenReady(
  recipe: Recipe,
  maxSources: number,
  { preparing, refused }: Pick<FormSources, 'preparing' | 'refused'>,
  press: () => void,
): { isRemembered: boolean; remember(): void } {
  const [pressed, setPressed] = useState<string>()
  const isPreparing = preparing.length > 0
  // A source that cannot be used still counts: the press then says so.
  const count = recipe.sources.length + preparing.length + refused.length
  const now = wishOf(recipe, Math.min(maxSources, count))
  const settle = useEffectEvent(() => {
    setPressed(undefined)
    if (pressed === now) press()
    else notify({ text: 'Not submitted: the form was changed. Submit again.' })
  })
  useEffect(() => {
    if (pressed !== undefined && !isPreparing) settle()
  }, [pressed, isPreparing])
  return { isRemembered: pressed !== undefined && isPreparing, remember: () => setPressed(now) }
}

/** What a press applies to. Of the sources only their number, because they are still being prepared. */
function wishOf({ family, draft }: Recipe, sourceCount: number): string {
  return JSON.stringify([family, draft, sourceCount])
}
