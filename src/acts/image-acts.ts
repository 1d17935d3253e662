import {
  Copy,
  Download,
  FileOutput,
  FolderPlus,
  Gauge,
  ImagePlus,
  Images,
  RotateCcw,
  Send,
  SlidersHorizontal,
  Star,
  Tag,
  Tags,
  ThumbsDown,
  Trash2,
} from 'lucide-react'
import { labelColours } from '#domain/marks.ts'
import { findFamily } from '#models/catalogue.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import type { ImageAct, Subject } from './act.ts'
import { actWords } from './act-words.ts'
import { askFor } from './asked-dialog.ts'
import { askToExport } from './export-request.ts'
import { foundIn, recipeOf } from './image-commands.ts'
import type { Rating } from './mark-commands.ts'

const isKept = (subject: Subject) => subject.every(({ shelf }) => shelf !== 'bin')
const isBinned = (subject: Subject) => subject.every(({ shelf }) => shelf === 'bin')
const isOne = (subject: Subject) => subject.length === 1

function takesMore(): boolean {
  return (findFamily(useWorkspace.getState().family)?.maxSources ?? 0) > 1
}

const everywhere = { on: 'images', where: ['stage', 'gallery'] } as const

export const editAct: ImageAct = {
  ...everywhere,
  id: 'edit',
  ...actWords.edit,
  word: 'Edit',
  icon: ImagePlus,
  undoable: true,
  isOffered: isKept,
  perform: (subject, commands) => commands.editFrom(subject),
}

export const addReferenceAct: ImageAct = {
  ...everywhere,
  id: 'add-reference',
  ...actWords.addReference,
  icon: Images,
  undoable: true,
  isOffered: (subject) => isKept(subject) && takesMore(),
  perform: (subject, commands) => commands.addReference(subject),
}

export const reuseAct: ImageAct = {
  ...everywhere,
  id: 'reuse',
  ...actWords.reuse,
  word: 'Reuse',
  icon: SlidersHorizontal,
  undoable: true,
  isOffered: (subject) =>
    isOne(subject) && isKept(subject) && (recipeOf(subject[0]) ?? foundIn(subject[0])) !== undefined,
  perform: ([image], commands) => commands.reuse(image),
}

export const downloadAct: ImageAct = {
  ...everywhere,
  id: 'download',
  ...actWords.download,
  icon: Download,
  undoable: false,
  isOffered: isKept,
  perform: (subject, commands) => void commands.download(subject),
}

export const exportAct: ImageAct = {
  ...everywhere,
  id: 'export',
  ...actWords.export,
  icon: FileOutput,
  undoable: false,
  isOffered: isKept,
  perform: (subject) => askToExport(subject),
}

export const handOverAct: ImageAct = {
  ...everywhere,
  id: 'hand-over',
  ...actWords.handOver,
  hint: "Contact sheet, client's picks, Photoshop",
  icon: Send,
  undoable: false,
  isOffered: isKept,
  perform: (subject) => askToExport(subject, 'hand-over'),
}

export const copyAct: ImageAct = {
  ...everywhere,
  id: 'copy',
  label: 'Copy',
  icon: Copy,
  keys: ['mod+c'],
  undoable: false,
  isOffered: (subject) => isOne(subject) && isKept(subject),
  perform: ([image], commands) => void commands.copy(image),
}

export const binAct: ImageAct = {
  ...everywhere,
  id: 'bin',
  ...actWords.bin,
  word: 'Bin',
  icon: Trash2,
  undoable: true,
  isOffered: isKept,
  perform: (subject, commands) => void commands.moveToBin(subject),
}

export const restoreAct: ImageAct = {
  ...everywhere,
  id: 'restore',
  label: 'Restore',
  icon: RotateCcw,
  keys: [],
  undoable: true,
  isOffered: isBinned,
  perform: (subject, commands) => void commands.restore(subject),
}

export const deleteAct: ImageAct = {
  on: 'images',
  where: ['gallery'],
  id: 'delete',
  label: 'Delete permanently',
  icon: Trash2,
  keys: ['delete'],
  undoable: false,
  danger: true,
  isOffered: isBinned,
  perform: (subject, commands) => commands.askToDelete(subject),
}

const inGallery = { on: 'images', where: ['gallery'], undoable: true, isOffered: isKept } as const

export const starAct: ImageAct = {
  ...inGallery,
  where: ['stage', 'gallery'],
  id: 'star',
  label: 'Star',
  hint: 'Star, or remove the star',
  icon: Star,
  keys: ['s'],
  perform: (subject, commands) =>
    void commands.star(
      subject,
      subject.some(({ marks }) => marks?.star !== true),
    ),
}

export const rejectAct: ImageAct = {
  ...inGallery,
  id: 'reject',
  label: 'Reject',
  hint: 'Reject, or take it back',
  icon: ThumbsDown,
  keys: ['shift+x'],
  perform: (subject, commands) =>
    void commands.reject(
      subject,
      subject.some(({ marks }) => marks?.reject !== true),
    ),
}

export const tagAct: ImageAct = {
  ...inGallery,
  id: 'tag',
  ...actWords.tag,
  word: 'Tags',
  icon: Tags,
  perform: (subject) => askFor({ kind: 'tags', images: subject }),
}

export const collectAct: ImageAct = {
  ...inGallery,
  id: 'collect',
  ...actWords.collect,
  hint: 'Add to collections, or take out',
  icon: FolderPlus,
  perform: (subject) => askFor({ kind: 'collections', images: subject }),
}

const ratings: readonly Rating[] = [1, 2, 3, 4, 5, 0]
/** Keys 0 to 5. */
export const rateActs: readonly ImageAct[] = ratings.map((rating) => ({
  ...inGallery,
  id: `rate-${rating}`,
  label: rating === 0 ? 'No rating' : `Rate ${rating}`,
  icon: Gauge,
  keys: [`${rating}`],
  perform: (subject, commands) => void commands.rate(subject, rating),
}))

/** Keys 6 to 9; the fifth colour has none. Setting the same label again removes it. */
export const labelActs: readonly ImageAct[] = labelColours.map((colour, index) => ({
  ...inGallery,
  id: `label-${colour}`,
  label: `Label ${colour}`,
  icon: Tag,
  keys: index < 4 ? [`${index + 6}`] : [],
  perform: (subject, commands) =>
    void commands.label(subject, subject.every(({ marks }) => marks?.colour === colour) ? '' : colour),
}))

/** In the order of menus. */
export const imageActs: readonly ImageAct[] = [
  editAct,
  addReferenceAct,
  reuseAct,
  downloadAct,
  exportAct,
  handOverAct,
  copyAct,
  starAct,
  rejectAct,
  tagAct,
  collectAct,
  ...rateActs,
  ...labelActs,
  binAct,
  restoreAct,
  deleteAct,
]

export function actsFor(subject: Subject): readonly ImageAct[] {
  return imageActs.filter((act) => act.isOffered(subject))
}
