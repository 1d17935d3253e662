import { lazyPart } from '#ui/lazy-part.tsx'

/** How the gallery shows runs. The full view is loaded together with the grid. */
export const runScreens = {
  load: () => import('./run-view.tsx').then((module) => module.runView),
  Plain: lazyPart(() => import('./plain-runs.tsx').then((module) => module.PlainRuns)),
}
