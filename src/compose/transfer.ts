import { isOwnDrag } from '#acts/drag.ts'

/** What of a drop or a paste can become a picture. */
export interface Brought {
  files: readonly File[]
  /** An http(s) address; only looked for where no file came along. */
  link?: string | undefined
}

/** Reads what was dropped or pasted. Must be called inside the event: afterwards the browser takes the data away. */
export function readTransfer(data: DataTransfer): Brought {
  const files = [...data.files]
  if (files.length > 0) return { files }
  // A list of addresses may hold comments, which start with "#".
  const listed = data.getData('text/uri-list').split(/\r?\n/)
  const link = [...listed, data.getData('text/plain').trim()].find(isWebLink)
  return { files, link }
}

/** Whether something from outside is dragged that this page wants. What can be seen before the drop are kinds only. */
export function isWanted(data: DataTransfer | null): boolean {
  if (!data || isOwnDrag(data)) return false
  return data.types.includes('Files') || data.types.includes('text/uri-list')
}

function isWebLink(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text)
}
