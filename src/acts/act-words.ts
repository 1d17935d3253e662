/**
 * Labels and keys of acts that are also shown where the acts themselves are not loaded: on the first screen, in notices
 * and in titles of dialogs.
 */
export const actWords = {
  edit: { label: 'Edit from this image', keys: ['u'] },
  addReference: { label: 'Add as reference', keys: ['shift+u'] },
  reuse: { label: 'Reuse prompt and settings', keys: ['r'] },
  download: { label: 'Download', keys: ['d'] },
  export: { label: 'Export', keys: ['e'] },
  handOver: { label: 'Hand over', keys: ['shift+e'] },
  bin: { label: 'Move to bin', keys: ['x', 'delete'] },
  tag: { label: 'Tags and note', keys: ['t'] },
  collect: { label: 'Collection', keys: ['l'] },
  compare: { label: 'Compare', hint: 'Compare with source', keys: ['c'] },
} as const
