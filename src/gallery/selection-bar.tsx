import { CheckCheck, Gauge, X } from 'lucide-react'
import type { ImageAct, Subject } from '#acts/act.ts'
import { closeAct } from '#acts/app-acts.ts'
import { selectAllAct } from '#acts/gallery-acts.ts'
import {
  actsFor,
  binAct,
  collectAct,
  deleteAct,
  exportAct,
  handOverAct,
  labelActs,
  rateActs,
  rejectAct,
  restoreAct,
  starAct,
  tagAct,
} from '#acts/image-acts.ts'
import { compareAct } from '#acts/view-acts.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { Menu } from '#ui/menu.tsx'
import { describeShortcut } from '#ui/shortcut.ts'
import { Toolbar } from '#ui/toolbar.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { describeSelection } from './selection.ts'
import type { ImageList } from './use-image-list.ts'

interface SelectionBarProps {
  list: ImageList
  /** How many images can be selected. */
  total: number | undefined
  isBin?: boolean
}

/**
 * Replaces the head while images are selected: their number, and the acts for them. In a narrow gallery the acts are at
 * its foot, so that the images stay where they are.
 */
export function SelectionBar({ list, total, isBin = false }: SelectionBarProps) {
  const { select, selectActs, readSelected, commandsRef } = list
  const { size } = select.selection.ids
  const withSubject = (work: (subject: Subject) => void) =>
    void readSelected().then((subject) => (subject ? work(subject) : selectActs.clear()))
  const act = (wanted: ImageAct) => () =>
    withSubject((subject) => {
      const commands = commandsRef.current
      if (commands && actsFor(subject).includes(wanted)) wanted.perform(subject, commands)
    })
  const item = (each: ImageAct) => ({ label: each.label, icon: each.icon, keys: each.keys, onSelect: act(each) })
  return (
    <div className="selection-place shrink-0">
      <Toolbar
        label="Selection"
        className="selection-bar flex min-h-11 shrink-0 flex-wrap items-center gap-x-1 border-line border-b bg-raised py-1 pr-1 pl-2"
      >
        <IconButton label="Clear selection" icon={X} shortcut={closeAct.keys[0]} onClick={selectActs.clear} />
        <span className="font-medium text-ink text-sm tabular-nums">{describeSelection(select.selection)}</span>
        {total !== undefined && size < total && (
          <IconButton
            label={`Select all ${total.toLocaleString('en')}`}
            icon={CheckCheck}
            shortcut={selectAllAct.keys[0]}
            onClick={selectActs.all}
          />
        )}
        <span className="selection-acts ml-auto flex flex-wrap items-center">
          {isBin ? (
            <>
              <Act act={restoreAct} onPress={act(restoreAct)} />
              <Act act={deleteAct} onPress={act(deleteAct)} />
            </>
          ) : (
            <>
              <Act act={starAct} onPress={act(starAct)} />
              <Menu
                label="Rate"
                icon={Gauge}
                items={[
                  { heading: 'Rating', items: [...rateActs, rejectAct].map(item) },
                  { heading: 'Label', items: labelActs.map(item) },
                ]}
              />
              <Act act={collectAct} onPress={act(collectAct)} />
              <Act act={tagAct} word={tagAct.word} onPress={act(tagAct)} />
              <Act act={exportAct} onPress={act(exportAct)} />
              <Act act={handOverAct} onPress={act(handOverAct)} />
              <Button
                variant="quiet"
                icon={compareAct.icon}
                disabled={size !== 2}
                data-tip={size === 2 ? compareAct.label : 'Select two images to compare'}
                onClick={() => withSubject(compareTwo)}
              >
                {compareAct.label}
              </Button>
            </>
          )}
        </span>
        {!isBin && <Act act={binAct} onPress={act(binAct)} />}
      </Toolbar>
    </div>
  )
}

function Act({ act, word = act.label, onPress }: { act: ImageAct; word?: string | undefined; onPress: () => void }) {
  return (
    <Button
      variant="quiet"
      icon={act.icon}
      data-tip={act.label}
      data-tip-keys={act.keys[0] && describeShortcut(act.keys[0])}
      className={act.danger && 'text-danger hover:text-danger'}
      onClick={onPress}
    >
      {word}
    </Button>
  )
}

/** The first selected image is A, the second B. */
function compareTwo([a, b]: Subject) {
  if (!b) return
  const { select, compare, show } = useWorkspace.getState()
  select(b.id)
  compare({ a: a.id, takes: 'a' })
  show('stage')
}
