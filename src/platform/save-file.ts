/** Saves bytes among the user's downloads. */
export function saveFile(bytes: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(bytes)
  link.download = name
  link.click()
  // The system may ask where to save and read the address only afterwards.
  setTimeout(() => URL.revokeObjectURL(link.href), 3_600_000)
}
