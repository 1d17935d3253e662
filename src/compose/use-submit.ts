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
 * same, the user presses again a moment later. `wasAdded` is true for a moment after each, and until the code that runs
 * it is loaded: before that nothing else shows the run, and somebody would press again. If a limit of the user is
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
  const [added, setAdded] = useState<{ atMs: number; isStarted: boolean }>()
  const [question, setQuestion] = useState<Question>()

  useEffect(() => {
    if (!added?.isStarted) return
    const timer = setTimeout(() => setAdded(undefined), added.atMs + feedbackMs - performance.now())
    return () => clearTimeout(timer)
  }, [added])

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
    const press = { atMs: performance.now(), isStarted: false }
    setAdded(press)
    // A later press has its own.
    const end = (isStarted: boolean) =>
      setAdded((now) => (now === press ? (isStarted ? { ...press, isStarted } : undefined) : now))
    if (recipes.length === 1) void startOne(recipes[0], end)
    else startBatch(recipes, end)
  }

  async function startOne(recipe: Recipe, end: (isStarted: boolean) => void) {
    const isStarted = await generator.generate(recipe)
    if (isStarted) announce('Submitted.')
    end(isStarted)
  }

  function startBatch(recipes: NonEmpty<Recipe>, end: (isStarted: boolean) => void) {
    generator.generateBatch(recipes).then(
      ([first]) => {
        end(true)
        announce(`${recipes.length} images submitted.`)
        useWorkspace.getState().openBatch(first?.marks.batch?.id)
      },
      (error: unknown) => {
        end(false)
        notify({ text: describeFailure(toFailure(error)), tone: 'error' })
      },
    )
  }

  function answer(isYes: boolean) {
    setQuestion(undefined)
    if (question && isYes) start(question.recipes)
  }

  return { submit, wasAdded: added !== undefined, question, answer }
}
