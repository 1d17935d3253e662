import { Images } from 'lucide-react'
import { useState } from 'react'
import { galleryAct } from '#acts/app-acts.ts'
import type { Picture } from '#domain/picture.ts'
import { useFamily } from '#store/stage-queries.ts'
import { IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { useMedia } from '#ui/use-media.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { FamilyTree } from './family-tree.tsx'
import { RecentImages } from './recent-images.tsx'

const parts = [
  { id: 'family', title: 'Family' },
  { id: 'recent', title: 'Recent' },
] as const

/**
 * The family of the image. In windows without room for the gallery, the strip also has recent images and a button for
 * all of them.
 */
export function StageStrip({ picture }: { picture: Picture }) {
  const isNarrow = useMedia('(width < 1200px)')
  const [chosen, setChosen] = useState<'family' | 'recent'>()
  const family = useFamily(picture.id)
  const isAlone = family?.length === 1 && picture.parents.length < 2
  const compared = useWorkspace((state) => state.comparing?.a)
  const { choose, compare, show } = useWorkspace.getState()
  const part = isNarrow ? (chosen ?? (isAlone ? 'recent' : 'family')) : 'family'
  return (
    <div className="flex h-full">
      {isNarrow && (
        <div className="flex w-16 shrink-0 flex-col justify-center border-line border-r py-1">
          {parts.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              aria-pressed={id === part}
              onClick={() => setChosen(id)}
              className={classes(
                'flex-1 rounded-sm px-3 text-left text-xs -outline-offset-2 transition-colors',
                id === part ? 'font-medium text-ink' : 'text-faint hover:text-ink',
              )}
            >
              {title}
            </button>
          ))}
        </div>
      )}
      <div className="min-w-0 flex-1">
        {part === 'family' ? (
          <FamilyTree
            picture={picture}
            compared={compared}
            onChoose={choose}
            onCompare={(a) => compare({ a, takes: 'b' })}
          />
        ) : (
          <RecentImages shown={picture.id} onChoose={choose} />
        )}
      </div>
      {isNarrow && (
        <div className="flex shrink-0 items-center border-line border-l px-1 max-middle:hidden">
          <IconButton
            label="Open gallery"
            icon={Images}
            shortcut={galleryAct.keys[0]}
            onClick={() => show('gallery')}
          />
        </div>
      )}
    </div>
  )
}
