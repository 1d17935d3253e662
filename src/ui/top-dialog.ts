let open: readonly HTMLElement[] = []
const listeners = new Set<() => void>()

function change(next: readonly HTMLElement[]): void {
  open = next
  for (const listener of listeners) listener()
}

/** A modal dialog tells that it is open. Gives the way to tell that it is not any more. */
export function enterDialog(element: HTMLElement): () => void {
  change([...open, element])
  return () => change(open.filter((other) => other !== element))
}

/** The modal dialog in front. Everything outside of it is inert. */
export function topDialog(): HTMLElement | undefined {
  return open.at(-1)
}

export function watchTopDialog(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
