import { GenerationError } from '#domain/failure.ts'
import { quoteName } from '#domain/file-name.ts'

const mostMs = 30_000

/**
 * Downloads a dropped or pasted http(s) link to an image, or decodes a `data:` address. Most sites do not let a page
 * read their files; then this rejects with `invalid` and says what to do instead. Sends no cookies and no referrer.
 */
export async function readLink(link: string, signal: AbortSignal): Promise<File> {
  if (link.startsWith('data:')) return decodeDataLink(link)
  const name = nameInLink(link)
  const limited = AbortSignal.any([signal, AbortSignal.timeout(mostMs)])
  const options: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer', signal: limited }
  const response = await fetch(link, options).catch(() => undefined)
  signal.throwIfAborted()
  if (!response?.ok) {
    throw refusal(
      `The link to ${quoteName(name)} cannot be read from the browser. Save the image first, then drop the file.`,
    )
  }
  const bytes = await response.blob().catch(() => undefined)
  signal.throwIfAborted()
  if (!bytes)
    throw refusal(`The image behind ${quoteName(name)} did not arrive whole. Save it first, then drop the file.`)
  if (bytes.type.startsWith('text/')) {
    throw refusal(`The link to ${quoteName(name)} is a web page. Open the image itself and copy its link.`)
  }
  return new File([bytes], name, { type: bytes.type })
}

/** Decoded here, because the content security policy does not allow fetching from `data:`. */
function decodeDataLink(link: string): File {
  const comma = link.indexOf(',')
  const [type = '', ...parameters] = link.slice('data:'.length, comma).split(';')
  const name = `image.${type.replace(/^image\/|\+.*$/g, '')}`
  try {
    const text = decodeURIComponent(link.slice(comma + 1))
    const isBase64 = parameters.some((parameter) => parameter.trim().toLowerCase() === 'base64')
    const bytes = isBase64 ? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)) : text
    return new File([bytes], name, { type })
  } catch {
    throw refusal('The image could not be read. Save it first, then drop the file.')
  }
}

/** "https://host/a/photo.jpg?x" → "photo.jpg"; the host if the path has no file name. */
export function nameInLink(link: string): string {
  const { hostname, pathname } = new URL(link)
  const last = pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last) || hostname
  } catch {
    return last || hostname
  }
}

function refusal(message: string): GenerationError {
  return new GenerationError({ kind: 'invalid', issues: [{ field: 'sources', message }] })
}
