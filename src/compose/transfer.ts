import { isOwnDrag } from '#acts/drag.ts'

/** What of a drop or a paste can become an image. */
export interface Brought {
  files: readonly File[]
  /** An http(s) address, or a `data:` address of an image; only looked for where no file came along. */
  link?: string | undefined
}

/** Reads what was dropped. Must be called inside the event: afterwards the browser takes the data away. */
export function readDrop(data: DataTransfer): Brought {
  const brought = readPaste(data)
  if (brought.files.length > 0) return brought
  // The address beside an image that is dragged out of a link is the page it links to.
  return { files: [], link: findImageAddress(data.getData('text/html')) ?? brought.link }
}

/** Reads what was pasted, inside the event. Images named in a pasted piece of a web page are never fetched. */
export function readPaste(data: DataTransfer): Brought {
  const files = [...data.files]
  if (files.length > 0) return { files }
  // A list of addresses may hold comments, which start with "#".
  const listed = data.getData('text/uri-list').split(/\r?\n/)
  const link = [...listed, data.getData('text/plain').trim()].find(isImageLink)
  return { files, link }
}

/** Whether something from outside is dragged that may be an image. Only the kinds of data can be read before the drop. */
export function isWanted(data: DataTransfer | null): boolean {
  if (!data || isOwnDrag(data)) return false
  return data.types.includes('Files') || data.types.includes('text/uri-list')
}

/** Whether text beside files is only their names: a file manager copies both, and the files are meant. */
export function isOnlyNames(data: DataTransfer): boolean {
  if (data.types.includes('text/html') || data.types.includes('text/rtf')) return false
  const names = new Set([...data.files].map(({ name }) => name.normalize()))
  const lines = data.getData('text/plain').split(/\r?\n/).filter(Boolean)
  return lines.every((line) => names.has(line.normalize().replace(/^.*[/\\]/, '')))
}

function isImageLink(text: string): boolean {
  return /^(https?:\/\/|data:image\/)\S+$/i.test(text) && URL.canParse(text)
}

/** The address of the first `<img>`. The page's policy allows no parser of HTML text, so a pattern reads it. */
function findImageAddress(html: string): string | undefined {
  const attributes = /<img((?:[^>"']|"[^"]*"|'[^']*')*)/i.exec(html)?.[1] ?? ''
  const found = /\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes)
  const address = (found?.[1] ?? found?.[2] ?? found?.[3] ?? '').replace(/&(amp|#38|#x26);/gi, '&').trim()
  return isImageLink(address) ? address : undefined
}
