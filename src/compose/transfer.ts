import { isOwnDrag } from '#acts/drag.ts'

/** What a drop or a paste contains that can become an image. */
export interface Brought {
  files: readonly File[]
  /** An http(s) address, or a `data:` address of an image; only used without files. */
  link?: string | undefined
}

/** Reads what was dropped. Must be called during the event: afterwards the browser removes the data. */
export function readDrop(data: DataTransfer): Brought {
  const brought = readPaste(data)
  if (brought.files.length > 0) return brought
  // For an image inside a link, the address next to it is the page that it links to.
  return { files: [], link: findImageAddress(data.getData('text/html')) ?? brought.link }
}

/** Reads what was pasted, during the event. Images in a pasted part of a web page are never fetched. */
export function readPaste(data: DataTransfer): Brought {
  const files = [...data.files]
  if (files.length > 0) return { files }
  // A list of addresses may contain comments, which start with "#".
  const listed = data.getData('text/uri-list').split(/\r?\n/)
  const link = [...listed, data.getData('text/plain').trim()].find(isImageLink)
  return { files, link }
}

/**
 * Whether something from outside is dragged that may be an image. Before the drop, only the types of the data can be
 * read.
 */
export function isWanted(data: DataTransfer | null): boolean {
  if (!data || isOwnDrag(data)) return false
  return data.types.includes('Files') || data.types.includes('text/uri-list')
}

/** Whether the text beside files is only their names: a file manager copies both, and the files are meant. */
export function isOnlyNames(data: DataTransfer): boolean {
  if (data.types.includes('text/html') || data.types.includes('text/rtf')) return false
  const names = new Set([...data.files].map(({ name }) => name.normalize()))
  const lines = data.getData('text/plain').split(/\r?\n/).filter(Boolean)
  return lines.every((line) => names.has(line.normalize().replace(/^.*[/\\]/, '')))
}

function isImageLink(text: string): boolean {
  return /^(https?:\/\/|data:image\/)\S+$/i.test(text) && URL.canParse(text)
}

/**
 * The address of the first `<img>`. The content security policy does not allow an HTML parser for text, so a pattern is
 * used.
 */
function findImageAddress(html: string): string | undefined {
  const attributes = /<img((?:[^>"']|"[^"]*"|'[^']*')*)/i.exec(html)?.[1] ?? ''
  const found = /\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes)
  const address = (found?.[1] ?? found?.[2] ?? found?.[3] ?? '').replace(/&(amp|#38|#x26);/gi, '&').trim()
  return isImageLink(address) ? address : undefined
}
