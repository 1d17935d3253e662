import { type ScenePart, writeScene } from '#domain/scene.ts'
import { Button } from '#ui/button.tsx'
import { TextField } from '#ui/text-field.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const parts: readonly { part: ScenePart; label: string; example: string }[] = [
  { part: 'subject', label: 'Subject', example: 'a red bicycle' },
  { part: 'action', label: 'What it does', example: 'leaning against a wall' },
  { part: 'place', label: 'Place', example: 'in a narrow street in Lisbon' },
  { part: 'light', label: 'Light', example: 'low morning sun from the left' },
  { part: 'camera', label: 'Camera', example: 'at eye level, 50 mm lens' },
  { part: 'mood', label: 'Mood', example: 'calm' },
  { part: 'style', label: 'Style', example: 'editorial photography' },
  { part: 'colours', label: 'Colours', example: 'faded blue and warm white' },
]

interface SceneSheetProps {
  onReplace: (prompt: string) => void
  onAdd: (text: string) => void
}

/** Fields for the parts of a scene, which are put together as sentences. Stored in the settings. */
export function SceneSheet({ onReplace, onAdd }: SceneSheetProps) {
  const scene = useWorkspace((state) => state.scene)
  const adjust = useWorkspace((state) => state.adjust)
  const text = writeScene(scene)
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        {parts.map(({ part, label, example }) => (
          <TextField
            key={part}
            label={label}
            placeholder={example}
            maxLength={300}
            value={scene[part] ?? ''}
            onChange={(value) => adjust({ scene: { ...scene, [part]: value } })}
          />
        ))}
      </div>
      <output
        dir="auto"
        aria-label="Scene as a prompt"
        className="block min-h-12 rounded-sm border border-line bg-raised p-3"
      >
        {text || <span className="text-faint">Fill in what matters; the rest may stay empty.</span>}
      </output>
      <div className="flex flex-wrap gap-2">
        <Button disabled={text === ''} onClick={() => onReplace(text)}>
          Use as prompt
        </Button>
        <Button disabled={text === ''} onClick={() => onAdd(text)}>
          Add to prompt
        </Button>
        <Button variant="quiet" disabled={text === ''} onClick={() => adjust({ scene: {} })}>
          Clear
        </Button>
      </div>
    </>
  )
}
