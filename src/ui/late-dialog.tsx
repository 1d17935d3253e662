import { lazyPart } from './lazy-part.tsx'

/** `Dialog`, for the code that the first screen needs: it is loaded when the first of them is drawn. */
export const LateDialog = lazyPart(() => import('./dialog.tsx').then((module) => module.Dialog))
