import { useQuery } from '@tanstack/react-query'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { useStore } from '#store/queries.ts'

/**
 * What is said before images are deleted permanently. An answer goes with the last image that it was laid into, because no
 * list would show it any more.
 */
export function useDeletionWords(ids: readonly PictureId[]): string {
  const store = useStore()
  const { data } = useQuery({
    queryKey: ['deletion', ids],
    queryFn: async () => [...(await store.picturesById(ids)).values()].some(isLaidIn),
    gcTime: 0,
    networkMode: 'always',
  })
  return describeDeletion(ids.length, data ?? false)
}

function isLaidIn({ origin }: Picture): boolean {
  return origin.kind === 'derived' && origin.from === 'answer'
}

function describeDeletion(count: number, hasAnswers: boolean): string {
  if (count === 1) {
    const answer = hasAnswers ? " The model's answer is deleted with it, unless another image needs it." : ''
    return `This image will be permanently deleted. Edits made from it are kept.${answer}`
  }
  const answers = hasAnswers ? " The models' answers are deleted with them, unless other images need them." : ''
  return `${count.toLocaleString('en')} images will be permanently deleted. Edits made from them are kept.${answers}`
}
