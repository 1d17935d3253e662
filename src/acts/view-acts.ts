import { Eye, Minus, Plus, Scan, SquareSplitHorizontal, ZoomIn } from 'lucide-react'
import type { ViewAct } from './act.ts'
import { actWords } from './act-words.ts'

const view = { on: 'view', undoable: false } as const

export const zoomOutAct: ViewAct = {
  ...view,
  id: 'zoom-out',
  label: 'Zoom out',
  icon: Minus,
  keys: ['-'],
  where: ['stage', 'gallery'],
  perform: (stage) => stage.zoomOut(),
}

export const zoomInAct: ViewAct = {
  ...view,
  id: 'zoom-in',
  label: 'Zoom in',
  icon: Plus,
  keys: ['plus', '='],
  where: ['stage', 'gallery'],
  perform: (stage) => stage.zoomIn(),
}

export const fitAct: ViewAct = {
  ...view,
  id: 'fit',
  label: 'Fit',
  icon: Scan,
  keys: ['0'],
  where: ['stage'],
  perform: (stage) => stage.fit(),
}

export const fullAct: ViewAct = {
  ...view,
  id: 'full',
  label: '100%',
  hint: 'One image pixel per screen pixel',
  icon: ZoomIn,
  keys: ['1'],
  where: ['stage'],
  perform: (stage) => stage.full(),
}

export const beforeAct: ViewAct = {
  ...view,
  id: 'before',
  label: 'Before (hold)',
  word: 'Before',
  icon: Eye,
  keys: ['b'],
  where: ['stage', 'gallery'],
  perform: (stage) => stage.before(true),
  release: (stage) => stage.before(false),
}

export const compareAct: ViewAct = {
  ...view,
  id: 'compare',
  ...actWords.compare,
  icon: SquareSplitHorizontal,
  where: ['stage', 'gallery'],
  perform: (stage) => stage.compare(),
}

/** In the order of the toolbar. */
export const viewActs: readonly ViewAct[] = [zoomOutAct, zoomInAct, fitAct, fullAct, beforeAct, compareAct]
