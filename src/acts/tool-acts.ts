import { Crop, Hand, Lasso } from 'lucide-react'
import type { ViewAct } from './act.ts'

const tool = { on: 'view', where: ['stage', 'gallery'], undoable: false } as const

export const lookAct: ViewAct = {
  ...tool,
  id: 'look',
  label: 'Look',
  icon: Hand,
  keys: ['v'],
  perform: (stage) => stage.takeTool(undefined),
}

export const areaAct: ViewAct = {
  ...tool,
  id: 'area',
  label: 'Select area',
  word: 'Area',
  hint: 'Select what may change; the rest keeps its pixels',
  icon: Lasso,
  keys: ['m'],
  perform: (stage) => stage.takeTool('area'),
}

export const cropAct: ViewAct = {
  ...tool,
  id: 'crop',
  label: 'Crop',
  hint: 'Crop, straighten, turn, flip',
  icon: Crop,
  keys: ['k'],
  perform: (stage) => stage.takeTool('crop'),
}

/** In display order. */
export const toolActs: readonly ViewAct[] = [lookAct, areaAct, cropAct]
