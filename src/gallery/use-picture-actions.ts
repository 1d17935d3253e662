import { useMemo } from 'react'
import { useStore } from '#store/queries.ts'
import { createPictureActions, type PictureActions } from './picture-actions.ts'

export function usePictureActions(): PictureActions {
  const store = useStore()
  return useMemo(() => createPictureActions(store), [store])
}
