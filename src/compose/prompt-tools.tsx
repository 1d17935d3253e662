import { type RefObject, useState } from 'react'
import { promptToolsAct } from '#acts/app-acts.ts'
import { undoable } from '#acts/undoable.ts'
import type { PictureId } from '#domain/ids.ts'
import { useStore } from '#store/queries.ts'
import { Dialog } from '#ui/dialog.tsx'
import { Tabs } from '#ui/tabs.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { ColourPicker } from './colour-picker.tsx'
import { PromptHistory } from './prompt-history.tsx'
import { PromptTemplates } from './prompt-templates.tsx'
import { SceneSheet } from './scene-sheet.tsx'

const tabs = [
  { id: 'history', title: 'History' },
  { id: 'templates', title: 'Templates' },
  { id: 'scene', title: 'Scene' },
  { id: 'colour', title: 'Colour' },
] as const

interface PromptToolsProps {
  field: RefObject<HTMLTextAreaElement | null>
  value: string
  sources: readonly PictureId[]
  onChange: (text: string) => void
  onClose: () => void
}

/** Ways to a prompt besides typing. Each only changes the prompt, as one act that can be undone. */
export function PromptTools({ field, value, sources, onChange, onClose }: PromptToolsProps) {
  const store = useStore()
  const [tab, setTab] = useState<string>('history')
  const write = (label: string) => (text: string) => {
    onClose()
    undoable(store, label, () => onChange(text))
    useWorkspace.getState().focusPrompt()
  }
  return (
    <Dialog open title={promptToolsAct.label} onClose={onClose}>
      <div className="border-line border-b px-2">
        <Tabs label={promptToolsAct.label} value={tab} tabs={tabs} onChange={setTab} />
      </div>
      <div role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} className="space-y-4 p-4 text-sm">
        {tab === 'history' && <PromptHistory onChoose={write('prompt from history')} />}
        {tab === 'templates' && <PromptTemplates prompt={value} onChoose={write('prompt from a template')} />}
        {tab === 'scene' && (
          <SceneSheet
            onReplace={write('prompt from a scene')}
            onAdd={(text) => write('scene')(value.trim() === '' ? text : `${value.trimEnd()} ${text}`)}
          />
        )}
        {tab === 'colour' && (
          <ColourPicker
            sources={sources}
            onChoose={(words) => write('colour')(insertAt(value, field.current?.selectionEnd, words))}
          />
        )}
      </div>
    </Dialog>
  )
}

/** Inserts words into a text at a position, or at its end if none is given, with spaces around them where needed. */
function insertAt(text: string, place: number | undefined, words: string): string {
  const [before, after] = [text.slice(0, place ?? text.length), text.slice(place ?? text.length)]
  const left = before === '' || /\s$/u.test(before) ? '' : ' '
  const right = after === '' || /^[\s.,;:!?)]/u.test(after) ? '' : ' '
  return before + left + words + right + after
}
