/** A file name as it is shown: in quotes, without characters that turn or hide text, never too long. */
export function quoteName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}]/gu, '').trim() || 'The file'
  return `“${plain.length > 60 ? `${plain.slice(0, 40)}…${plain.slice(-16)}` : plain}”`
}
