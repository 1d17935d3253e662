/**
 * Invisible characters that no script needs: direction overrides, zero-width spaces, byte order marks, and tag
 * characters. Joiners and direction marks are needed by scripts and emoji.
 */
const hidden = /[\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]|(?![\n\t\r])\p{Cc}/gu

/** Text from elsewhere for display: "a[U+202E]b" if it contains invisible characters. */
export function showHidden(text: string): string {
  return text.replace(hidden, (letter) => `[U+${letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`)
}
