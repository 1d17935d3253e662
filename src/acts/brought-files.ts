type Take = (files: readonly File[]) => void

let taker: Take | undefined
let waiting: readonly File[] = []

/** Hands the form files that did not come by a drop: opened with the installed app, or shared to it. */
export function bringFiles(files: readonly File[]): void {
  if (taker) taker(files)
  else waiting = [...waiting, ...files]
}

/** Takes such files, and those that came before. Gives the way to stop. */
export function onBroughtFiles(take: Take): () => void {
  taker = take
  if (waiting.length > 0) take(waiting)
  waiting = []
  return () => {
    if (taker === take) taker = undefined
  }
}
