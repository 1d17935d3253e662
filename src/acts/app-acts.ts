import type { AppAct } from './act.ts'

export const submitAct: AppAct = {
  on: 'app',
  id: 'submit',
  label: 'Generate, or edit',
  keys: ['mod+enter'],
  where: 'anywhere',
  undoable: false,
}

export const promptToolsAct: AppAct = {
  on: 'app',
  id: 'prompt-tools',
  label: 'Prompt tools: history, templates, scene, colours',
  keys: ['mod+/'],
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

export const searchAct: AppAct = {
  on: 'app',
  id: 'search',
  label: 'Search images',
  keys: ['/'],
  where: 'anywhere',
  undoable: false,
}

export const galleryAct: AppAct = {
  on: 'app',
  id: 'gallery',
  label: 'Open or close the gallery',
  word: 'Fill the window',
  keys: ['g'],
  where: ['stage', 'gallery'],
  undoable: false,
}

/** Each open part closes itself: a tool, compare, the full gallery, the list of tasks. */
export const closeAct: AppAct = {
  on: 'app',
  id: 'close',
  label: 'Close what is open',
  keys: ['esc'],
  where: 'anywhere',
  undoable: false,
}

export const flipAct: AppAct = {
  on: 'app',
  id: 'flip',
  label: 'Show the other image of a comparison',
  keys: ['f'],
  where: ['stage', 'gallery'],
  undoable: false,
}

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

export const starInSheetAct: AppAct = {
  on: 'app',
  id: 'star-in-sheet',
  label: 'Star, or remove the star',
  keys: ['p', 's'],
  where: ['stage'],
  during: 'contact-sheet',
  undoable: true,
}

const results = { on: 'app', where: ['stage'], during: 'results', undoable: false } as const

export const previousResultAct: AppAct = {
  ...results,
  id: 'previous-result',
  label: 'Previous result',
  keys: ['left'],
}

export const nextResultAct: AppAct = { ...results, id: 'next-result', label: 'Next result', keys: ['right'] }

export const acceptResultAct: AppAct = { ...results, id: 'accept-result', label: 'Accept', keys: ['enter'] }

export const keepSourceAct: AppAct = { ...results, id: 'keep-source', label: 'Keep source', keys: ['esc'] }
