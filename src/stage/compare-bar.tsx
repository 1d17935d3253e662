import {
  ArrowLeftRight,
  Columns2,
  Diff,
  FlipHorizontal2,
  type LucideIcon,
  SquareSplitHorizontal,
  X,
} from 'lucide-react'
import { closeAct, flipAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import type { Picture } from '#domain/picture.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { lazyPart } from '#ui/lazy-part.tsx'
import { Popover } from '#ui/popover.tsx'
import { describeShortcut, toAriaShortcut } from '#ui/shortcut.ts'
import { showHidden } from '#ui/show-hidden.ts'
import { type CompareWay, type Comparing, useWorkspace } from '#workspace/workspace.ts'

const Differences = lazyPart(() => import('./differences.tsx').then((module) => module.Differences))

interface CompareBarProps {
  comparing: Comparing
  a: Picture | undefined
  b: Picture
  /** In flip mode: which of the two is shown. */
  seen: 'a' | 'b'
  onFlip: () => void
}

const [flipKeys = ''] = flipAct.keys

const ways: readonly { way: CompareWay; label: string; icon: LucideIcon }[] = [
  { way: 'slider', label: 'Slider', icon: SquareSplitHorizontal },
  { way: 'side', label: 'Side by side', icon: Columns2 },
  { way: 'flip', label: 'Flip', icon: FlipHorizontal2 },
]

/** What is compared and how. The focused chip takes the next image chosen in the gallery or the strip. */
export function CompareBar({ comparing, a, b, seen, onFlip }: CompareBarProps) {
  const { compare, select } = useWorkspace.getState()
  const swap = () => {
    if (!a) return
    select(a.id)
    compare({ a: b.id })
  }
  useActKey(flipAct, onFlip, comparing.way === 'flip')
  return (
    <div className="stage-bar @container flex-nowrap gap-1 px-2 max-middle:px-1">
      <Chip letter="A" picture={a} takes={comparing.takes === 'a'} onTake={() => compare({ takes: 'a' })} />
      <IconButton label="Swap A and B" icon={ArrowLeftRight} disabled={!a} onClick={swap} className="@max-md:hidden" />
      <Chip letter="B" picture={b} takes={comparing.takes === 'b'} onTake={() => compare({ takes: 'b' })} />
      <Ways way={comparing.way} onChange={(way) => compare({ way })} />
      {a && (
        <Popover label="Differences" icon={Diff} isWide>
          {() => <Differences a={a} b={b} waiting={<div className="h-40" />} />}
        </Popover>
      )}
      {comparing.way === 'flip' && (
        <Button
          variant="quiet"
          aria-keyshortcuts={toAriaShortcut(flipKeys)}
          data-tip-keys={describeShortcut(flipKeys)}
          data-tip="Show the other"
          onClick={onFlip}
        >
          {`Show ${seen === 'a' ? 'B' : 'A'}`}
        </Button>
      )}
      <IconButton
        label="Leave compare"
        icon={X}
        shortcut={closeAct.keys[0]}
        className="ml-auto"
        onClick={() => compare(undefined)}
      />
    </div>
  )
}

function Ways({ way, onChange }: { way: CompareWay; onChange: (way: CompareWay) => void }) {
  return (
    <div role="radiogroup" aria-label="Compare by" className="ml-2 flex gap-0.5 @max-lg:ml-0">
      {ways.map(({ way: own, label, icon: Icon }) => (
        <label
          key={own}
          data-tip={label}
          className={classes(
            'relative flex h-8 cursor-pointer items-center gap-1.5 whitespace-nowrap rounded-sm border px-2 text-xs max-middle:h-11 max-middle:min-w-10 max-middle:justify-center max-middle:px-1',
            'has-focus-visible:outline-2 has-focus-visible:outline-ink has-focus-visible:outline-offset-2',
            own === way ? 'border-line-strong bg-raised text-ink' : 'border-transparent text-soft hover:text-ink',
          )}
        >
          <input
            type="radio"
            name="compare-by"
            aria-label={label}
            checked={own === way}
            onChange={() => onChange(own)}
            className="absolute inset-0 m-0 cursor-pointer appearance-none opacity-0"
          />
          <Icon size={16} strokeWidth={1.75} aria-hidden />
          <span className="@max-2xl:hidden">{label}</span>
        </label>
      ))}
    </div>
  )
}

interface ChipProps {
  letter: 'A' | 'B'
  picture: Picture | undefined
  takes: boolean
  onTake: () => void
}

function Chip({ letter, picture, takes, onTake }: ChipProps) {
  const thumbnail = useThumbnail(picture?.id)
  const prompt = picture && showHidden(picture.prompt)
  return (
    <button
      type="button"
      aria-pressed={takes}
      aria-label={`${letter}: ${prompt ?? 'choose an image'}`}
      data-tip={takes ? 'Takes the next image you choose' : `Choose an image for ${letter}`}
      onClick={onTake}
      onFocus={onTake}
      className={classes(
        'flex h-8 min-w-15 items-center gap-1.5 rounded-sm border pr-2 pl-1 text-xs transition-colors max-middle:h-11',
        takes ? 'border-ink bg-raised text-ink' : 'border-line text-soft hover:border-line-strong',
      )}
    >
      <span className="w-4 shrink-0 text-center font-medium">{letter}</span>
      {thumbnail && <img src={thumbnail} alt="" className="size-6 shrink-0 rounded-sm object-cover" />}
      <span dir="auto" className={classes('max-w-36 truncate', picture && '@max-xl:hidden')}>
        {prompt ?? 'Choose an image'}
      </span>
    </button>
  )
}
