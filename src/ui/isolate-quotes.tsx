import type { ReactNode } from 'react'

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/

/** A sentence that quotes “a user's text”: quoted right-to-left text does not affect the order of the rest. */
export function isolateQuotes(text: string): ReactNode {
  if (!rightToLeft.test(text)) return text
  return text
    .split(/(“[^”]*”)/)
    .filter(Boolean)
    .map((part) => (part.startsWith('“') ? <bdi key={part}>{part}</bdi> : <span key={part}>{part}</span>))
}
