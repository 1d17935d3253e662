/** A blank in a template, such as "[object]". */
const blank = /\[([^[\]\n]{1,40})\]/gu

/** The names of a template's blanks, each once, in order. */
export function blanksOf(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(blank), ([, name]) => name ?? ''))]
}

/** Blanks without a value stay as they are. */
export function fillBlanks(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(blank, (whole, name: string) => values[name]?.trim() || whole)
}
