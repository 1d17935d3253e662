import type { ImageMetadata } from './image-metadata.ts'

const sourceTypes = 'http://cv.iptc.org/newscodes/digitalsourcetype/'
const namespaces = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  dc: 'http://purl.org/dc/elements/1.1/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  Iptc4xmpExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
  atelier: 'https://atelier.invalid/ns/1.0/',
} as const
const imageElement = /<atelier:image>([\w-]{1,100})<\/atelier:image>/
const recipeElement = /<atelier:recipe>([^<]*)<\/atelier:recipe>/

/** An XMP packet. `Iptc4xmpExt:AISystemUsed` and `AIPromptInformation` are properties of IPTC 2025.1. */
export function xmpPacket({ digitalSource, prompt, model, rating, tags = [], recipe, image }: ImageMetadata): string {
  const element = (name: string, value: string | number | undefined) =>
    value === undefined ? '' : `<${name}>${escaped(String(value))}</${name}>`
  const properties = [
    prompt === undefined
      ? ''
      : `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(prompt)}</rdf:li></rdf:Alt></dc:description>`,
    tags.length === 0
      ? ''
      : `<dc:subject><rdf:Bag>${tags.map((tag) => element('rdf:li', tag)).join('')}</rdf:Bag></dc:subject>`,
    element('xmp:CreatorTool', 'Atelier'),
    element('xmp:Rating', rating),
    element('Iptc4xmpExt:DigitalSourceType', digitalSource && sourceTypes + digitalSource),
    element('Iptc4xmpExt:AISystemUsed', model),
    element('Iptc4xmpExt:AIPromptInformation', prompt),
    element('atelier:recipe', recipe),
    element('atelier:image', image),
  ]
  const spaces = Object.entries(namespaces)
    .map(([name, address]) => `xmlns:${name}="${address}"`)
    .join(' ')
  return (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    `<rdf:RDF ${spaces}><rdf:Description rdf:about="">${properties.join('')}</rdf:Description></rdf:RDF>` +
    '</x:xmpmeta><?xpacket end="w"?>'
  )
}

/** The recipe that `xmpPacket` wrote, as JSON text. */
export function recipeInXmp(packet: string): string | undefined {
  const found = recipeElement.exec(packet)?.[1]
  return found?.replace(/&(lt|gt|amp|quot);/g, (_, name: keyof typeof entities) => entities[name])
}

/** The id of the image that `xmpPacket` wrote. */
export function imageInXmp(packet: string): string | undefined {
  return imageElement.exec(packet)?.[1]
}

const entities = { lt: '<', gt: '>', amp: '&', quot: '"' } as const

function escaped(text: string): string {
  const named = text.replace(/[&<>"]/g, (sign) =>
    sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : '&quot;',
  )
  // XML cannot contain control characters, unpaired surrogates, and the two noncharacters U+FFFE and U+FFFF.
  return named.replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
}
