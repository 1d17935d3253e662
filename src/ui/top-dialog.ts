let open: readonly HTMLElement[] = []
const listeners = new Set<() => void>()

function change(next: readonly HTMLElement[]): void {
  open = next
  for (const listener of listeners) listener()
}

/** Registers an open modal dialog. Gives a function that removes it. */
export function enterDialog(element: HTMLElement): () => void {
  change([...open, element])
  return () => change(open.filter((other) => other !== element))
}

/** The frontmost modal dialog. Everything outside it is inert. */
export function topDialog(): HTMLElement | undefined {
  return open.at(-1)
}

export function watchTopDialog(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
