/**
 * Characters without a width or a shape of their own that no script needs: those that turn text around, spaces that are
 * none, marks of byte order, and letters that only machines read. Joiners and marks of direction belong to scripts and signs.
 */
const hidden = /[\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]|(?![\n\t\r])\p{Cc}/gu

/** Text from elsewhere as it is shown: "a[U+202E]b" where something in it cannot be seen. */
export function showHidden(text: string): string {
  return text.replace(hidden, (letter) => `[U+${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`)
}
