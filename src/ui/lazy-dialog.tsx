import { lazyPart } from './lazy-part.tsx'

/** `Dialog` for code of the first screen: it is loaded when the first dialog is rendered. */
export const LazyDialog = lazyPart(() => import('./dialog.tsx').then((module) => module.Dialog))
