import { useState } from 'react'
import { describeDay } from '#domain/date-heading.ts'
import type { Run } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import { useLedger } from '#store/ledger-queries.ts'
import { keys, useUnread } from '#store/queries.ts'
import { NotRead } from '#ui/not-read.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { TextField } from '#ui/text-field.tsx'
import { useToday } from '#ui/use-today.ts'

/** Number of runs that are read, and of prompts that are shown. */
const runsRead = 1_000
const shown = 50

/** The submitted prompts of all families, newest first, each once. */
export function PromptHistory({ onChoose }: { onChoose: (prompt: string) => void }) {
  const [words, setWords] = useState('')
  const runs = useLedger(runsRead)
  const today = useToday()
  const found = matching(promptsOf(runs, today), words)
  const unread = useUnread(keys.runs)
  return (
    <>
      <TextField
        label="Search prompts"
        type="search"
        value={words}
        onChange={setWords}
        hideLabel
        placeholder="Search"
      />
      {unread.failed && <NotRead what="prompts" onAgain={unread.readAgain} />}
      {!unread.failed && found.length === 0 && (
        <p className="text-faint">{words.trim() ? 'No match' : 'Nothing submitted yet'}</p>
      )}
      <ul aria-label="Earlier prompts" className="space-y-1">
        {found.slice(0, shown).map(({ text, title }) => (
          <li key={text}>
            <button
              type="button"
              dir="auto"
              onClick={() => onChoose(text)}
              className="block w-full rounded-sm px-2 py-1.5 text-left hover:bg-hover"
            >
              <span className="line-clamp-3 [overflow-wrap:anywhere]">{showHidden(text)}</span>
              <span dir="ltr" className="block text-faint text-xs">
                {title}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > shown && <p className="text-faint text-xs">{`${shown} of ${found.length} shown`}</p>}
    </>
  )
}

interface Prompt {
  text: string
  /** Family and day. */
  title: string
}

function promptsOf(runs: readonly Run[], today: number): Prompt[] {
  const prompts = new Map<string, Prompt>()
  for (const { recipe, marks } of runs) {
    const text = String(recipe.draft.prompt ?? '').trim()
    if (text === '' || prompts.has(text)) continue
    const day = describeDay(marks.createdAt, today)
    prompts.set(text, { text, title: `${findFamily(recipe.family)?.title ?? recipe.family} · ${day}` })
  }
  return [...prompts.values()]
}

/** The prompts that contain all of the words. */
function matching(prompts: readonly Prompt[], words: string): Prompt[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/u).filter(Boolean)
  return prompts.filter(({ text }) => wanted.every((word) => text.toLocaleLowerCase().includes(word)))
}
