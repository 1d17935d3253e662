import { useStore } from '#store/queries.ts'
import { actionsOf, type PictureActions } from './picture-actions.ts'

export function usePictureActions(): PictureActions {
  return actionsOf(useStore())
}
