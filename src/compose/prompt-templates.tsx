import { useState } from 'react'
import { undoable } from '#acts/undoable.ts'
import { blanksOf, fillBlanks } from '#domain/template.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { TextField } from '#ui/text-field.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const builtIn = [
  'Replace [what] with [what instead]; match the light, perspective and scale. Keep everything else as it is.',
  'Change the background to [place]. Keep the subject, its pose and its light direction exactly as they are.',
  'Remove [what] and fill the space with what is behind it.',
  'Change the text "[old text]" to "[new text]", in the same type, size and colour.',
  'Show the product of image 1 on [surface], [light], photographed from [angle], with space for text on the [side].',
] as const

/** The oldest go first. */
const mostTemplates = 100

interface PromptTemplatesProps {
  /** The current prompt, which can be saved as a template. */
  prompt: string
  onChoose: (prompt: string) => void
}

/** Prompts with blanks: built-in ones and the user's own, which are stored in the settings. */
export function PromptTemplates({ prompt, onChoose }: PromptTemplatesProps) {
  const own = useWorkspace((state) => state.templates)
  const store = useStore()
  const [chosen, choose] = useState<string>()
  const text = prompt.trim()
  const keep = (templates: readonly string[]) => useWorkspace.getState().adjust({ templates })
  const remove = (template: string) =>
    undoable(store, 'remove template', () => keep(own.filter((each) => each !== template)), {
      notice: 'Template removed.',
    })
  const save = () => undoable(store, 'save template', () => keep([text, ...own].slice(0, mostTemplates)))
  if (chosen !== undefined) return <Blanks template={chosen} onChoose={onChoose} onBack={() => choose(undefined)} />
  const pick = (template: string) => (blanksOf(template).length > 0 ? choose(template) : onChoose(template))
  return (
    <>
      <ul aria-label="Templates" className="space-y-1">
        {[...own, ...builtIn].map((template) => (
          <li key={template} className="flex items-start gap-1">
            <button
              type="button"
              dir="auto"
              onClick={() => pick(template)}
              className="block min-w-0 flex-1 rounded-sm px-2 py-1.5 text-left hover:bg-hover"
            >
              {template}
            </button>
            {own.includes(template) && (
              <Button variant="quiet" aria-label={`Remove “${template.slice(0, 40)}”`} onClick={() => remove(template)}>
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Button disabled={text === '' || own.includes(text)} onClick={save}>
        Save the prompt as a template
      </Button>
      <p className="text-faint text-xs">Words in square brackets are blanks: [object].</p>
    </>
  )
}

interface BlanksProps {
  template: string
  onChoose: (prompt: string) => void
  onBack: () => void
}

function Blanks({ template, onChoose, onBack }: BlanksProps) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const filled = fillBlanks(template, values)
  return (
    <>
      {blanksOf(template).map((name) => (
        <TextField
          key={name}
          label={name}
          value={values[name] ?? ''}
          onChange={(value) => setValues({ ...values, [name]: value })}
        />
      ))}
      <output
        dir="auto"
        aria-label="Prompt with its blanks filled"
        className="block rounded-sm border border-line bg-raised p-3"
      >
        {filled}
      </output>
      <div className="flex gap-2">
        <Button onClick={() => onChoose(filled)}>Use as prompt</Button>
        <Button variant="quiet" onClick={onBack}>
          Back
        </Button>
      </div>
    </>
  )
}
