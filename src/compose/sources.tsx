import { ImagePlus } from 'lucide-react'
import type { ChangeEvent } from 'react'
import type { ModelFamily } from '#models/model.ts'
import { classes } from '#ui/classes.ts'
import { useLoaded } from '#ui/use-loaded.ts'
import { describeLimit } from './source-limit.ts'
import type { FormSources } from './use-form-sources.ts'

// The first visit starts without any.
const loadList = () => import('./source-list.tsx')

interface SourcesProps {
  family: ModelFamily
  sources: FormSources
}

/**
 * The images to start from, in the order in which they are sent. The whole window accepts drops; see window-drop.tsx.
 */
export function Sources({ family, sources: all }: SourcesProps) {
  // The new source of a family of one takes the place of the old one at once: a second tile would move the prompt.
  const sources = family.maxSources === 1 && all.preparing.length > 0 ? { ...all, ready: [] } : all
  const { ready, preparing, refused } = sources
  const count = ready.length + preparing.length + refused.length
  const { part: list } = useLoaded(loadList, count > 0)
  return (
    <div className="space-y-2">
      <div className="flex justify-between text-xs">
        <span className="text-soft">Source images</span>
        <span className="text-faint">
          {count === 0 ? describeLimit(family) : `${ready.length + preparing.length} of ${family.maxSources}`}
        </span>
      </div>
      {count > 0 && (
        <div className="min-h-16 max-middle:min-h-24">
          {list && <list.SourceList sources={sources} family={family.id} />}
        </div>
      )}
      <AddImages isFirst={count === 0} family={family} onFiles={(files) => sources.add({ files })} />
      {sources.overLimit && (
        <p role="alert" className="text-danger text-xs">
          {sources.overLimit}
        </p>
      )}
    </div>
  )
}

interface AddImagesProps {
  isFirst: boolean
  family: ModelFamily
  onFiles: (files: readonly File[]) => void
}

/** A native file input under a drawn label, so that keys, screen readers and file dialogs work as usual. */
function AddImages({ isFirst, family, onFiles }: AddImagesProps) {
  const replaces = !isFirst && family.maxSources === 1
  const onChange = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(currentTarget.files ?? [])])
    // Choosing the same file again is a change only if the input was cleared.
    currentTarget.value = ''
  }
  return (
    <div
      className={classes(
        'relative flex items-center justify-center gap-x-2 rounded border border-line border-dashed text-faint text-xs transition-colors',
        'hover:border-line-strong hover:bg-raised has-focus-visible:outline-2 has-focus-visible:outline-ink has-focus-visible:outline-offset-2',
        // As high as the first source with the button below it, so that the prompt keeps its place.
        isFirst ? 'h-27 flex-col gap-y-1 max-middle:h-37' : 'h-9 max-middle:h-11',
      )}
    >
      <label className="inline-flex items-center gap-2 font-medium text-ink text-sm">
        <ImagePlus size={16} strokeWidth={1.75} aria-hidden />
        <span>{replaces ? 'Replace' : 'Add images'}</span>
        <input
          type="file"
          aria-label="Add images"
          multiple={family.maxSources > 1}
          accept="image/*,.heic,.heif,.avif"
          onChange={onChange}
          // Otherwise browsers show a tooltip "No file chosen", which is wrong when there are images.
          title=""
          className="absolute inset-0 cursor-pointer opacity-0"
        />
      </label>
      {isFirst ? (
        <>
          <span>{`or drop, paste or link ${describeLimit(family)}`}</span>
          <span className="px-2 text-center">Images over 10 MB or 20 MP are scaled down for the service</span>
        </>
      ) : (
        <span>or drop, paste, link</span>
      )}
    </div>
  )
}
