/** A file name for display: quoted, shortened, and without characters that reorder or hide text. */
export function quoteName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}]/gu, '').trim() || 'The file'
  return `“${plain.length > 60 ? `${plain.slice(0, 40)}…${plain.slice(-16)}` : plain}”`
}
