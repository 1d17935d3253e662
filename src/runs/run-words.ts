import { needsCard, type Run } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'

export function promptOf(run: Run): string {
  const { prompt } = run.recipe.draft
  return typeof prompt === 'string' && prompt.trim() !== '' ? prompt : 'Image'
}

/** "Flux Kontext Pro"; for a family that no longer exists, what is stored. */
export function modelOfRun(run: Run): string {
  return run.marks.standsIn?.model ?? modelAskedFor(run)
}

/** The model of the recipe, whichever model makes it. */
export function modelAskedFor({ recipe, marks: { pace } }: Run): string {
  return findFamily(recipe.family)?.quote(recipe.draft, recipe.sources.length).model ?? pace
}

/** The state of a run, in the words of its tile. */
export function describePhase(run: Run): string {
  if (run.state.phase === 'failed' && run.state.yieldsTo) return 'Continued with another service'
  if (run.state.phase === 'failed') return run.state.failure.kind === 'unconfirmed' ? 'May have been sent' : 'Failed'
  if (run.marks.stopped) return 'Stopped waiting'
  switch (run.state.phase) {
    case 'queued':
      return run.state.waitsFor === 'network' ? 'Waiting for the network' : 'Queued'
    case 'sending':
      return 'Sending'
    case 'working':
      return 'Working'
    case 'ready':
      // Not "ready": the service no longer has it.
      if (run.state.trouble?.kind === 'expired') return 'Expired'
      return needsCard(run) ? 'Ready to download' : 'Downloading'
    case 'saved':
      return 'Saved'
  }
}

/** A run's accessible name: the prompt first. */
export function describeRun(run: Run): string {
  const phase = describePhase(run)
  return `${promptOf(run)}, ${phase.charAt(0).toLowerCase()}${phase.slice(1)}`
}

/** The requested width divided by height, if the draft has it in numbers: 16:9 is 1.78. */
export function ratioOf({ recipe }: Run): number | undefined {
  const { aspectRatio, editRatio } = recipe.draft
  const asked = recipe.sources.length > 0 ? editRatio : aspectRatio
  const [width = 0, height = 0] = String(asked).split(':').map(Number)
  return width > 0 && height > 0 ? width / height : undefined
}
