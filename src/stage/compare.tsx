import { type ReactNode, useState } from 'react'
import { HandleRoot, Item, Provider, Root } from 'react-compare-slider/components'
import { useReactCompareSlider } from 'react-compare-slider/hooks'
import type { Picture } from '#domain/picture.ts'
import type { CompareWay } from '#workspace/workspace.ts'
import { PictureLayer } from './picture-layer.tsx'
import type { Placement } from './zoom-matrix.ts'

interface CompareProps {
  a: Picture
  b: Picture
  way: CompareWay
  /** Where `b` is drawn, in a pane; `a` is scaled into the same place. */
  placement: Placement
  /** The name of `b`. */
  name: string
  /** In flip mode: which of the two is shown. */
  seen: 'a' | 'b'
}

/** Two images at one zoom: with a divider, side by side, or one after the other in the same place. */
export function Compare({ a, b, way, placement, name, seen }: CompareProps) {
  const differ = Math.abs(a.width / a.height / (b.width / b.height) - 1) > 0.01
  const layers = {
    a: <PictureLayer picture={a} frame={b} placement={placement} name={`A: ${a.prompt}`} />,
    b: <PictureLayer picture={b} frame={b} placement={placement} name={name} />,
  }
  return (
    <>
      {way === 'slider' && <Slider {...layers} />}
      {way === 'side' && <Panes {...layers} />}
      {way === 'flip' && layers[seen]}
      {(way !== 'flip' || seen === 'a') && <Corner side="left">A</Corner>}
      {(way !== 'flip' || seen === 'b') && <Corner side="right">B</Corner>}
      {differ && (
        <p className="-translate-x-1/2 absolute bottom-2 left-1/2 z-10 whitespace-nowrap rounded-sm border border-line bg-panel px-2 py-0.5 text-faint text-xs">
          Different ratios, scaled to fit
        </p>
      )}
    </>
  )
}

interface Layers {
  a: ReactNode
  b: ReactNode
}

function Slider({ a, b }: Layers) {
  const [position, setPosition] = useState(50)
  const slider = useReactCompareSlider({ onlyHandleDraggable: true, onPositionChange: setPosition })
  const share = Math.round(position)
  return (
    <Provider {...slider}>
      <Root className="absolute! inset-0" style={{ touchAction: 'none' }}>
        <Item item="itemOne">{a}</Item>
        <Item item="itemTwo">{b}</Item>
        <HandleRoot aria-label="Compare" aria-valuetext={`${share}% A, ${100 - share}% B`} className="group">
          <Handle />
        </HandleRoot>
      </Root>
    </Provider>
  )
}

function Panes({ a, b }: Layers) {
  return (
    <div className="absolute inset-0 grid grid-cols-2">
      <div className="relative overflow-hidden">{a}</div>
      <div className="relative overflow-hidden border-line border-l">{b}</div>
    </div>
  )
}

/** A thin line with a light and a dark edge, visible on any image, and a grip wide enough for a finger. */
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

function Corner({ side, children }: { side: 'left' | 'right'; children: string }) {
  return (
    <span
      aria-hidden
      className={`absolute top-2 z-10 min-w-6 rounded-sm border border-line bg-panel px-1 text-center font-medium text-ink text-xs leading-5 ${side === 'left' ? 'left-2' : 'right-2'}`}
    >
      {children}
    </span>
  )
}
