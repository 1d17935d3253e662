type Take = (files: readonly File[]) => void

let taker: Take | undefined
let waiting: readonly File[] = []

/** Passes files to the form that were opened with the installed app or shared to it. */
export function bringFiles(files: readonly File[]): void {
  if (taker) taker(files)
  else waiting = [...waiting, ...files]
}

/** Receives such files, also those that came before the call. Returns a function that stops receiving. */
export function onBroughtFiles(take: Take): () => void {
  taker = take
  if (waiting.length > 0) take(waiting)
  waiting = []
  return () => {
    if (taker === take) taker = undefined
  }
}

/** Whether it may be the file in which a client's picks come back. */
export function isPicksFile({ name }: File): boolean {
  return /\.json$/i.test(name)
}
