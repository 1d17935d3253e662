import { LoaderCircle, TriangleAlert } from 'lucide-react'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { needsCard, type Run } from '#domain/run.ts'
import { describePicture } from '#library/picture-words.ts'
import { useOpenRuns, usePictures } from '#store/queries.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { classes } from '#ui/classes.ts'
import { showHidden } from '#ui/show-hidden.ts'

interface RecentImagesProps {
  shown: PictureId | undefined
  onChoose: (id: PictureId) => void
}

const mostShown = 60

/** The newest images and running runs, for windows without room for the gallery. */
export function RecentImages({ shown, onChoose }: RecentImagesProps) {
  const runs = useOpenRuns()
  const { pictures } = usePictures('gallery')
  return (
    <ul
      aria-label="Recent images"
      className="flex h-full items-center gap-1 overflow-x-auto overscroll-contain px-2 [scrollbar-width:thin]"
    >
      {runs.toReversed().map((run) => (
        <RunMark key={run.id} run={run} />
      ))}
      {pictures.slice(0, mostShown).map((picture) => (
        <li key={picture.id} className="shrink-0">
          <RecentTile picture={picture} isShown={picture.id === shown} onChoose={onChoose} />
        </li>
      ))}
      {runs.length === 0 && pictures.length === 0 && (
        <li className="px-1 text-faint text-xs">Images you make appear here.</li>
      )}
    </ul>
  )
}

function RunMark({ run }: { run: Run }) {
  const isStuck = needsCard(run)
  const Icon = isStuck ? TriangleAlert : LoaderCircle
  const prompt = showHidden(String(run.recipe.draft.prompt ?? ''))
  return (
    <li
      title={prompt}
      className="flex size-12 shrink-0 items-center justify-center rounded-sm border border-line bg-raised text-faint"
    >
      <Icon
        size={16}
        strokeWidth={1.75}
        aria-hidden
        className={isStuck ? 'text-danger' : 'animate-spin motion-reduce:animate-none'}
      />
      <span className="sr-only">{isStuck ? `Needs attention: ${prompt}` : `Running: ${prompt}`}</span>
    </li>
  )
}

function RecentTile({
  picture,
  isShown,
  onChoose,
}: { picture: Picture; isShown: boolean } & Pick<RecentImagesProps, 'onChoose'>) {
  const thumbnail = useThumbnail(picture.id)
  return (
    <button
      type="button"
      aria-label={describePicture(picture, Date.now())}
      aria-current={isShown ? 'true' : undefined}
      onClick={() => onChoose(picture.id)}
      className={classes(
        'block h-12 rounded-sm bg-hover outline -outline-offset-1',
        isShown ? 'selected-ring' : 'outline-line',
      )}
      style={{ width: Math.max(44, Math.min(96, (48 * picture.width) / picture.height)) }}
    >
      {thumbnail && (
        <img src={thumbnail} alt="" draggable={false} className="chequer size-full rounded-sm object-cover" />
      )}
    </button>
  )
}
