import { useEffect, useRef, useState } from 'react'
import { describeFailure, toFailure } from '#domain/failure.ts'
import type { NonEmpty } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

/** Presses closer together than this are one press, if nothing in the form has changed. */
const samePressMs = 600
const feedbackMs = 1600

interface Question {
  recipes: NonEmpty<Recipe>
  words: string
}

/**
 * Starts runs: one, or a batch. A run costs money, so a double click, or a bouncing key, makes one; for two of the
 * same, the user presses again a moment later. `wasAdded` is true for a moment after each. If a limit of the user is
 * exceeded, there is a question first, once for a batch; `answer` sends it, or drops it.
 */
export function useSubmit(): {
  submit(recipes: NonEmpty<Recipe>): void
  wasAdded: boolean
  question: Question | undefined
  answer(isYes: boolean): void
} {
  const generator = useGenerator()
  const lastPress = useRef({ atMs: Number.NEGATIVE_INFINITY, recipes: '' })
  const [addedAt, setAddedAt] = useState<number>()
  const [question, setQuestion] = useState<Question>()

  useEffect(() => {
    if (addedAt === undefined) return
    const timer = setTimeout(() => setAddedAt(undefined), feedbackMs)
    return () => clearTimeout(timer)
  }, [addedAt])

  function submit(recipes: NonEmpty<Recipe>) {
    const press = { atMs: performance.now(), recipes: JSON.stringify(recipes) }
    const before = lastPress.current
    // Every press counts, even an ignored one: repeated quick presses are one request.
    lastPress.current = press
    if (press.recipes === before.recipes && press.atMs - before.atMs < samePressMs) return
    const asked = generator.question(recipes)
    if (asked) void asked.then((words) => (words === undefined ? start(recipes) : setQuestion({ recipes, words })))
    else start(recipes)
  }

  function start(recipes: NonEmpty<Recipe>) {
    setAddedAt(performance.now())
    if (recipes.length === 1) void startOne(recipes[0])
    else startBatch(recipes)
  }

  async function startOne(recipe: Recipe) {
    if (await generator.generate(recipe)) announce('Submitted.')
    else setAddedAt(undefined)
  }

  function startBatch(recipes: NonEmpty<Recipe>) {
    generator.generateBatch(recipes).then(
      ([first]) => {
        announce(`${recipes.length} images submitted.`)
        useWorkspace.getState().openBatch(first?.marks.batch?.id)
      },
      (error: unknown) => {
        setAddedAt(undefined)
        notify({ text: describeFailure(toFailure(error)), tone: 'error' })
      },
    )
  }

  function answer(isYes: boolean) {
    setQuestion(undefined)
    if (question && isYes) start(question.recipes)
  }

  return { submit, wasAdded: addedAt !== undefined, question, answer }
}
