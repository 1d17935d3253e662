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
  label: 'Prompt tools',
  hint: 'History, templates, scene, colours',
  keys: ['mod+/'],
  where: 'anywhere',
  undoable: false,
}

export const promptAct: AppAct = {
  on: 'app',
  id: 'prompt',
  label: 'Go to the prompt',
  keys: ['w'],
  where: ['stage', 'gallery'],
  undoable: false,
}

export const variantsAct: AppAct = {
  on: 'app',
  id: 'variants',
  label: 'Go to the number of variants',
  keys: ['shift+w'],
  where: ['stage', 'gallery'],
  undoable: false,
}

export const sourceEarlierAct: AppAct = {
  on: 'app',
  id: 'source-earlier',
  label: 'Move a source image earlier',
  keys: ['alt+left', 'alt+up'],
  where: 'anywhere',
  during: 'sources',
  undoable: true,
}

export const sourceLaterAct: AppAct = {
  on: 'app',
  id: 'source-later',
  label: 'Move a source image later',
  keys: ['alt+right', 'alt+down'],
  where: 'anywhere',
  during: 'sources',
  undoable: true,
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
