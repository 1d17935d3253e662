import { useState } from 'react'
import { HandleRoot, Item, Provider, Root } from 'react-compare-slider/components'
import { useReactCompareSlider } from 'react-compare-slider/hooks'
import type { Picture } from '#domain/picture.ts'
import { PictureLayer } from './picture-layer.tsx'
import type { Placement } from './zoom-matrix.ts'

interface CompareProps {
  before: Picture
  after: Picture
  /** Where `after` is drawn; `before` is fitted into the same place. */
  placement: Placement
  name: string
}

/** Two pictures in one place and a line between them: left of it the first, right of it the second. Both zoom as one. */
export function Compare({ before, after, placement, name }: CompareProps) {
  const [position, setPosition] = useState(50)
  const slider = useReactCompareSlider({ onlyHandleDraggable: true, onPositionChange: setPosition })
  const differ = Math.abs(before.width / before.height / (after.width / after.height) - 1) > 0.01
  const share = Math.round(position)
  return (
    <Provider {...slider}>
      <Root className="absolute! inset-0" style={{ touchAction: 'none' }}>
        <Item item="itemOne">
          <PictureLayer picture={before} frame={after} placement={placement} name={`Before: ${before.prompt}`} />
        </Item>
        <Item item="itemTwo">
          <PictureLayer picture={after} frame={after} placement={placement} name={name} />
        </Item>
        <HandleRoot aria-label="Compare" aria-valuetext={`${share}% before, ${100 - share}% after`} className="group">
          <Handle />
        </HandleRoot>
      </Root>
      <Label side="left">{before.origin.kind === 'dropped' ? 'Source' : 'Before'}</Label>
      <Label side="right">After</Label>
      {differ && (
        <p className="-translate-x-1/2 absolute bottom-2 left-1/2 z-10 whitespace-nowrap rounded-sm border border-line bg-panel px-2 py-0.5 text-faint text-xs">
          Different ratios, scaled to fit
        </p>
      )}
    </Provider>
  )
}

/** A hairline with light and dark beside it, to be seen on any picture, and a grip wide enough for a finger. */
function Handle() {
  return (
    <div className="pointer-events-auto flex h-full w-11 cursor-ew-resize touch-none items-center justify-center">
      <div className="gallery-divider relative flex h-full w-px items-center justify-center">
        <div className="absolute flex h-9 w-6 items-center justify-center gap-1 rounded-sm border border-line-strong bg-panel group-focus-visible:outline-2 group-focus-visible:outline-ink group-focus-visible:outline-offset-2">
          <span className="h-3 w-px bg-soft" />
          <span className="h-3 w-px bg-soft" />
        </div>
      </div>
    </div>
  )
}

function Label({ side, children }: { side: 'left' | 'right'; children: string }) {
  return (
    <span
      className={`absolute top-2 z-10 rounded-sm border border-line bg-panel px-2 py-0.5 text-soft text-xs ${side === 'left' ? 'left-2' : 'right-2'}`}
    >
      {children}
    </span>
  )
}
