import type { ReactNode } from 'react'

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/

/** A sentence of ours that quotes “words of a person”: where these run from right to left, they turn nothing around them. */
export function isolateQuotes(text: string): ReactNode {
  if (!rightToLeft.test(text)) return text
  return text
    .split(/(“[^”]*”)/)
    .filter(Boolean)
    .map((part) => (part.startsWith('“') ? <bdi key={part}>{part}</bdi> : <span key={part}>{part}</span>))
}
