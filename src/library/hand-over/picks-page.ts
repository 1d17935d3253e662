import { encodeBase64 } from '#domain/base64.ts'
import { sha256Of } from '#imaging/sha256.ts'
import givenStyle from './picks-page.css?raw'
import givenScript from './picks-page.js?raw'

/** HTML parsers normalise line ends, and browsers compute the CSP hash of a script after that. */
const [style, script] = [givenStyle, givenScript].map((text) => text.replaceAll('\r\n', '\n')) as [string, string]

/** One image on the page. */
export interface PageImage {
  /** The image's id in this gallery, which the picks file refers to. */
  id: string
  /** Number or name shown to the client; unique on the page. */
  name: string
  /** Caption; may be empty. */
  caption: string
  width: number
  height: number
  jpeg: Blob
}

export interface PageAbout {
  title: string
  /** Identifies this page, so that a browser does not mix up the picks of several pages. */
  sheet: string
  /** Name of the picks file: letters, digits and hyphens. */
  fileStem: string
}

/**
 * One HTML file that contains all images; the client picks some and saves a file of picks. It works from a disk without
 * a network and sends no requests: its policy allows only its own script, style and embedded images. Returns the
 * file in parts; only one image is in memory.
 */
export async function* picksPage(images: AsyncIterable<PageImage>, about: PageAbout): AsyncGenerator<string> {
  const policy =
    `default-src 'none'; img-src data:; style-src '${await hashOf(style)}'; script-src '${await hashOf(script)}'; ` +
    `base-uri 'none'; form-action 'none'`
  const title = escaped(about.title)
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${style}</style>
</head>
<body data-sheet="${escaped(about.sheet)}" data-file="${escaped(about.fileStem)}">
<header>
<h1 dir="auto">${title}</h1>
<p>Pick what you like, add notes, then press “Save picks” and send the saved file back.</p>
<noscript><p>Open this file in a browser to pick images.</p></noscript>
</header>
<main><ul>
`
  let number = 0
  for await (const image of images) {
    number += 1
    yield await itemOf(image, number)
  }
  yield `</ul></main>
<footer>
<button type="button" id="save">Save picks</button>
<p id="said" role="status"></p>
<p id="count" aria-live="polite"></p>
</footer>
<dialog id="large" aria-label="Image">
<div class="frame"><img alt=""></div>
<div class="row">
<button type="button" id="large-pick" aria-pressed="false">Pick</button>
<button type="button" id="before">Previous</button>
<button type="button" id="next">Next</button>
<p id="large-name" class="name" dir="auto"></p>
<button type="button" id="close">Close</button>
</div>
</dialog>
<script>${script}</script>
</body>
</html>
`
}

async function itemOf({ id, name, caption, width, height, jpeg }: PageImage, number: number): Promise<string> {
  const [shown, base64] = [escaped(name), encodeBase64(new Uint8Array(await jpeg.arrayBuffer()))]
  const below = caption === '' ? '' : `<br>${escaped(caption)}`
  return `<li data-image="${escaped(id)}" data-name="${shown}">
<button type="button" class="open" aria-label="Enlarge image ${number}"><img alt="${shown}" width="${width}" height="${height}" src="data:image/jpeg;base64,${base64}"></button>
<div class="row"><span class="name" dir="auto">${number}. ${shown}${below}</span>
<button type="button" class="pick" aria-pressed="false" aria-label="Pick image ${number}">Pick</button></div>
<textarea rows="1" maxlength="1000" placeholder="Note" aria-label="Note on image ${number}" dir="auto"></textarea>
</li>
`
}

/** Escapes text for HTML content and quoted attributes. Characters that HTML does not allow are replaced. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[^\P{Cc}\t\n\r]|\p{Cs}/gu, '\ufffd').replace(/[&<>"']/g, (sign) => entities[sign] ?? '')
}

/** The hash of a script or style, as a content security policy lists it. */
async function hashOf(text: string): Promise<string> {
  const digits = await sha256Of(new TextEncoder().encode(text))
  return `sha256-${encodeBase64(Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))}`
}
