import { describeShortcut } from '#ui/shortcut.ts'
import type { Act, Place, Situation } from './act.ts'
import { acts } from './act-list.ts'

const groups: readonly { title: string; holds: (act: Act) => boolean }[] = [
  { title: 'Anywhere', holds: (act) => act.where === 'anywhere' && situationOf(act) === undefined },
  { title: 'Stage and gallery', holds: (act) => isIn(act, 'stage') && isIn(act, 'gallery') },
  { title: 'Stage', holds: (act) => isIn(act, 'stage') && !isIn(act, 'gallery') },
  { title: 'Gallery', holds: (act) => isIn(act, 'gallery') && !isIn(act, 'stage') },
  { title: 'In the form', holds: (act) => situationOf(act) === 'form' },
  { title: 'Source images', holds: (act) => situationOf(act) === 'sources' },
  { title: 'While an area is selected', holds: (act) => situationOf(act) === 'area' },
  { title: 'While an image is cropped', holds: (act) => situationOf(act) === 'crop' },
  { title: 'While marks are drawn', holds: (act) => situationOf(act) === 'annotate' },
  { title: 'Results of an area', holds: (act) => situationOf(act) === 'results' },
  { title: 'Contact sheet', holds: (act) => situationOf(act) === 'contact-sheet' },
  { title: 'Survey', holds: (act) => situationOf(act) === 'survey' },
]

function situationOf(act: Act): Situation | undefined {
  return act.on === 'app' || act.on === 'survey' ? act.during : undefined
}

function isIn(act: Act, place: Place): boolean {
  return act.where !== 'anywhere' && act.where.includes(place) && situationOf(act) === undefined
}

/** Every act with a key, by the place where the key works. */
export function KeysSheet() {
  const withKeys = acts.filter(({ keys }) => keys.length > 0)
  return (
    <div className="grid gap-5 p-4 text-sm">
      <p className="text-soft">
        Letters and digits act while the focus is in the stage or the gallery, never while you type.
      </p>
      {groups.map(({ title, holds }) => (
        <section key={title} aria-label={title}>
          <h3 className="mb-1.5 text-soft text-xs">{title}</h3>
          <dl className="grid gap-1">
            {withKeys.filter(holds).map((act) => (
              <div key={act.id} className="flex justify-between gap-4">
                <dt>{act.label}</dt>
                <dd className="flex gap-2 text-faint">
                  {act.keys.map((keys) => (
                    <kbd key={keys} className="font-sans">
                      {describeShortcut(keys)}
                    </kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
