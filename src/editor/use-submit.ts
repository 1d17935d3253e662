import { useEffect, useRef, useState } from 'react'
import type { Recipe } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { announce } from '#ui/announce.tsx'

/** Presses closer together than this are one press, while nothing in the form has changed. */
const samePressMs = 600
const feedbackMs = 1600

/**
 * Starts runs. A run is paid for, so a double click, or a key that bounces, makes one; whoever wants two of the same
 * presses again a moment later. `wasAdded` is true for a moment after each.
 */
export function useSubmit(): { submit(recipe: Recipe): void; wasAdded: boolean } {
  const generator = useGenerator()
  const lastPress = useRef({ atMs: Number.NEGATIVE_INFINITY, recipe: '' })
  const [addedAt, setAddedAt] = useState<number>()

  useEffect(() => {
    if (addedAt === undefined) return
    const timer = setTimeout(() => setAddedAt(undefined), feedbackMs)
    return () => clearTimeout(timer)
  }, [addedAt])

  function submit(recipe: Recipe) {
    const press = { atMs: performance.now(), recipe: JSON.stringify(recipe) }
    const before = lastPress.current
    // Every press counts, also one that is left out: hammering the button is still one wish.
    lastPress.current = press
    if (press.recipe === before.recipe && press.atMs - before.atMs < samePressMs) return
    generator.generate(recipe)
    setAddedAt(press.atMs)
    announce('On its way.')
  }

  return { submit, wasAdded: addedAt !== undefined }
}
