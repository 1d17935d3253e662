import type { Act, AppAct } from './act.ts'
import {
  closeAct,
  flipAct,
  galleryAct,
  keysAct,
  promptAct,
  promptToolsAct,
  redoAct,
  searchAct,
  sourceEarlierAct,
  sourceLaterAct,
  submitAct,
  undoAct,
  variantsAct,
} from './app-acts.ts'
import { jumpAct, largerTilesAct, selectAllAct, smallerTilesAct, stackAct, surveyAct } from './gallery-acts.ts'
import { imageActs } from './image-acts.ts'
import { acceptResultAct, keepSourceAct, nextResultAct, previousResultAct, starInSheetAct } from './stage-acts.ts'
import { surveyActs } from './survey-acts.ts'
import { openToolActs, toolActs } from './tool-acts.ts'
import { viewActs } from './view-acts.ts'

/** Keys that a widget handles itself, because they are part of the pattern of its role. */
const widgetActs: readonly AppAct[] = [
  {
    on: 'app',
    id: 'leave-form',
    label: 'Go to the image',
    keys: ['esc'],
    where: 'anywhere',
    during: 'form',
    undoable: false,
  },
  {
    on: 'app',
    id: 'move',
    label: 'Next and previous image',
    keys: ['left', 'right'],
    where: ['gallery'],
    undoable: false,
  },
  {
    on: 'app',
    id: 'select',
    label: 'Select, or remove from the selection',
    keys: ['space'],
    where: ['gallery'],
    undoable: false,
  },
  {
    on: 'app',
    id: 'by-hand',
    label: 'Move in the order of a collection',
    keys: ['alt+left', 'alt+right'],
    where: ['gallery'],
    undoable: false,
  },
  { on: 'app', id: 'open', label: 'Show on the stage', keys: ['enter'], where: ['gallery'], undoable: false },
  {
    on: 'app',
    id: 'delete-mark',
    label: 'Delete the selected mark',
    keys: ['delete', 'backspace'],
    where: ['stage'],
    during: 'annotate',
    undoable: true,
  },
  { on: 'app', id: 'pan', label: 'Move a zoomed image', keys: ['left', 'right'], where: ['stage'], undoable: false },
]

/** Everything that has a key. Menus, toolbars, shortcuts and the list of shortcuts are made from this list. */
export const acts: readonly Act[] = [
  submitAct,
  promptToolsAct,
  promptAct,
  variantsAct,
  sourceEarlierAct,
  sourceLaterAct,
  undoAct,
  redoAct,
  keysAct,
  searchAct,
  galleryAct,
  closeAct,
  flipAct,
  ...imageActs,
  ...viewActs,
  ...toolActs,
  ...widgetActs,
  selectAllAct,
  stackAct,
  jumpAct,
  surveyAct,
  smallerTilesAct,
  largerTilesAct,
  ...openToolActs,
  previousResultAct,
  nextResultAct,
  acceptResultAct,
  keepSourceAct,
  starInSheetAct,
  ...surveyActs,
]
