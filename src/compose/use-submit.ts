import { useEffect, useRef, useState } from 'react'
import type { Recipe } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { announce } from '#ui/announce.tsx'

/** Presses closer together than this are one press, while nothing in the form has changed. */
const samePressMs = 600
const feedbackMs = 1600

interface Question {
  recipe: Recipe
  words: string
}

/**
 * Starts runs. A run is paid for, so a double click, or a key that bounces, makes one; whoever wants two of the same
 * presses again a moment later. `wasAdded` is true for a moment after each. A run over a limit that the user set is asked
 * about first; `answer` sends it, or drops it.
 */
export function useSubmit(): {
  submit(recipe: Recipe): void
  wasAdded: boolean
  question: Question | undefined
  answer(isYes: boolean): void
} {
  const generator = useGenerator()
  const lastPress = useRef({ atMs: Number.NEGATIVE_INFINITY, recipe: '' })
  const [addedAt, setAddedAt] = useState<number>()
  const [question, setQuestion] = useState<Question>()

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
    const asked = generator.question([recipe])
    if (asked) void asked.then((words) => (words === undefined ? start(recipe) : setQuestion({ recipe, words })))
    else start(recipe)
  }

  function start(recipe: Recipe) {
    generator.generate(recipe)
    setAddedAt(performance.now())
    announce('Submitted.')
  }

  function answer(isYes: boolean) {
    setQuestion(undefined)
    if (question && isYes) start(question.recipe)
  }

  return { submit, wasAdded: addedAt !== undefined, question, answer }
}
