import type { AppAct } from './act.ts'

export const stackAct: AppAct = {
  on: 'app',
  id: 'stack',
  label: 'Open or close a stack',
  keys: ['o'],
  where: ['gallery'],
  undoable: false,
}

export const jumpAct: AppAct = {
  on: 'app',
  id: 'jump',
  label: 'Jump to date',
  keys: ['j'],
  where: ['gallery'],
  undoable: false,
}

export const surveyAct: AppAct = {
  on: 'app',
  id: 'survey',
  label: 'Survey: one image at a time',
  word: 'Survey',
  keys: ['n'],
  where: ['gallery'],
  undoable: false,
}

export const smallerTilesAct: AppAct = {
  on: 'app',
  id: 'smaller-tiles',
  label: 'Smaller tiles',
  keys: ['['],
  where: ['gallery'],
  undoable: false,
}

export const largerTilesAct: AppAct = {
  on: 'app',
  id: 'larger-tiles',
  label: 'Larger tiles',
  keys: [']'],
  where: ['gallery'],
  undoable: false,
}

export const selectAllAct: AppAct = {
  on: 'app',
  id: 'select-all',
  label: 'Select all',
  keys: ['mod+a'],
  where: ['gallery'],
  undoable: false,
}
