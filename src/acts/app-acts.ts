import type { AppAct } from './act.ts'

export const submitAct: AppAct = {
  on: 'app',
  id: 'submit',
  label: 'Generate, or edit',
  keys: ['mod+enter'],
  where: 'anywhere',
  undoable: false,
}

export const undoAct: AppAct = {
  on: 'app',
  id: 'undo',
  label: 'Undo',
  keys: ['mod+z'],
  where: 'anywhere',
  undoable: false,
}

export const redoAct: AppAct = {
  on: 'app',
  id: 'redo',
  label: 'Redo',
  keys: ['mod+shift+z', 'mod+y'],
  where: 'anywhere',
  undoable: false,
}

export const keysAct: AppAct = {
  on: 'app',
  id: 'keys',
  label: 'Keyboard shortcuts',
  keys: ['?'],
  where: 'anywhere',
  undoable: false,
}
