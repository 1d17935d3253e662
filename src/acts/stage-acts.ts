import type { AppAct } from './act.ts'

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
