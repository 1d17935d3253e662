import { Crop, Hand, Lasso, PenLine } from 'lucide-react'
import type { AppAct, ViewAct } from './act.ts'

const tool = { on: 'view', where: ['stage', 'gallery'], undoable: false } as const

export const lookAct: ViewAct = {
  ...tool,
  id: 'look',
  label: 'Leave the tool',
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
  hint: 'Crop, straighten, turn, flip, extend',
  icon: Crop,
  keys: ['k'],
  perform: (stage) => stage.takeTool('crop'),
}

export const annotateAct: ViewAct = {
  ...tool,
  id: 'annotate',
  label: 'Annotate',
  hint: 'Draw marks that show the model what you mean',
  icon: PenLine,
  keys: ['n'],
  // In the gallery the key opens the survey.
  where: ['stage'],
  perform: (stage) => stage.takeTool('annotate'),
}

/** In the order of the rail. */
export const toolActs: readonly ViewAct[] = [lookAct, areaAct, cropAct, annotateAct]

const area = { on: 'app', where: 'anywhere', during: 'area', undoable: true } as const

export const stampAct: AppAct = {
  ...area,
  id: 'stamp',
  label: 'Draw at the cursor; without one, leave the tool',
  keys: ['enter'],
}

export const cutAct: AppAct = { ...area, id: 'cut', label: 'Subtract at the cursor', keys: ['alt+enter'] }

export const smallerBrushAct: AppAct = {
  ...area,
  id: 'smaller-brush',
  label: 'Smaller brush',
  keys: ['['],
  where: ['stage'],
  undoable: false,
}

export const largerBrushAct: AppAct = {
  ...area,
  id: 'larger-brush',
  label: 'Larger brush',
  keys: [']'],
  where: ['stage'],
  undoable: false,
}

export const applyCropAct: AppAct = {
  on: 'app',
  id: 'apply-crop',
  label: 'Apply crop',
  keys: ['enter'],
  where: 'anywhere',
  during: 'crop',
  undoable: true,
}

export const drawMarkAct: AppAct = {
  on: 'app',
  id: 'draw-mark',
  label: 'Draw at the cursor; without one, leave the tool',
  keys: ['enter'],
  where: 'anywhere',
  during: 'annotate',
  undoable: true,
}

/** Keys while a tool is open. Escape is `closeAct`. */
export const openToolActs: readonly AppAct[] = [
  stampAct,
  cutAct,
  smallerBrushAct,
  largerBrushAct,
  applyCropAct,
  drawMarkAct,
]
