import { type DragEvent, type ReactNode, useEffect, useEffectEvent, useState } from 'react'
import { onBroughtFiles } from '#acts/brought-files.ts'
import { imageDragType } from '#acts/drag.ts'
import type { PictureId } from '#domain/ids.ts'
import { families, findFamily } from '#models/catalogue.ts'
import type { ModelFamily } from '#models/model.ts'
import { classes } from '#ui/classes.ts'
import { Tabs } from '#ui/tabs.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { FamilyForm } from './family-form.tsx'
import { useFormSources } from './use-form-sources.ts'
import { WindowDrop } from './window-drop.tsx'

/**
 * The Create column: a tab for each family with its form. The caller provides the region, and what is above the button.
 */
export function Compose({ foot }: { foot?: (priceCredits: number) => ReactNode }) {
  const chosen = useWorkspace((state) => findFamily(state.family)) ?? families[0]
  return chosen ? <FamilyPanel family={chosen} foot={foot} /> : null
}

interface FamilyPanelProps {
  family: ModelFamily
  foot: ((priceCredits: number) => ReactNode) | undefined
}

function FamilyPanel({ family, foot }: FamilyPanelProps) {
  const chooseFamily = useWorkspace((state) => state.chooseFamily)
  const sources = useFormSources(family)
  const [isTileOver, setIsTileOver] = useState(false)
  const takeBrought = useEffectEvent((files: readonly File[]) => {
    sources.add({ files })
    useWorkspace.getState().show('create')
  })
  useEffect(() => onBroughtFiles((files) => takeBrought(files)), [])
  const onDrop = (event: DragEvent) => {
    setIsTileOver(false)
    const id = event.dataTransfer.getData(imageDragType)
    if (id === '') return
    event.preventDefault()
    sources.addPicture(id as PictureId)
  }
  return (
    <div className="flex h-full flex-col bg-panel">
      <div className="form-tabs shrink-0 border-line border-b px-2">
        <Tabs label="Model family" value={family.id} tabs={families} onChange={chooseFamily} />
      </div>
      <div
        key={family.id}
        role="tabpanel"
        id={`panel-${family.id}`}
        aria-labelledby={`tab-${family.id}`}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes(imageDragType)) return
          event.preventDefault()
          setIsTileOver(true)
        }}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setIsTileOver(false)
        }}
        onDrop={onDrop}
        className={classes('flex min-h-0 flex-1 flex-col outline-accent -outline-offset-2', isTileOver && 'outline-2')}
      >
        <FamilyForm family={family} sources={sources} foot={foot} />
      </div>
      <WindowDrop family={family} sources={sources} />
    </div>
  )
}
