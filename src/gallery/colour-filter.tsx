import { Palette } from 'lucide-react'
import { useEffect, useState } from 'react'
import { finderOf } from '#library/find/finder-of.ts'
import type { Query } from '#library/find/query.ts'
import { useStore } from '#store/queries.ts'
import { Popover } from '#ui/popover.tsx'
import { fillPalettes } from './fill-palettes.ts'

interface ColourFilterProps {
  query: Query
  onChange: (query: Query) => void
}

export const swatches: readonly (readonly [name: string, hex: string])[] = [
  ['Red', '#c8281e'],
  ['Orange', '#e07b1f'],
  ['Yellow', '#e8c22e'],
  ['Green', '#3f8f3a'],
  ['Teal', '#2b9d94'],
  ['Blue', '#2f62c8'],
  ['Purple', '#7a45b8'],
  ['Pink', '#d9659c'],
  ['Brown', '#7b5434'],
  ['Black', '#181818'],
  ['Grey', '#808080'],
  ['White', '#f4f4f4'],
]

/** "Red", or "#c81e1f" if the colour is not one of the swatches. */
export function describeTone(hex: string): string {
  return swatches.find(([, known]) => known === hex)?.[0] ?? hex
}

/** Filters by a colour of the image. */
export function ColourFilter({ query, onChange }: ColourFilterProps) {
  const choose = (tone: string | undefined) => {
    const { tone: before, ...rest } = query
    onChange(tone === undefined || tone === before ? rest : { ...rest, tone })
  }
  return (
    <Popover label="Colour" icon={Palette}>
      {() => (
        <div className="flex flex-col gap-3">
          <fieldset className="grid grid-cols-6 gap-2">
            <legend className="mb-2 text-soft text-xs">Images with this colour</legend>
            {swatches.map(([name, hex]) => (
              <button
                key={hex}
                type="button"
                aria-label={name}
                aria-pressed={query.tone === hex}
                data-tip={name}
                onClick={() => choose(hex)}
                style={{ backgroundColor: hex }}
                className="swatch aspect-square rounded-sm border border-line-strong aria-pressed:outline-2 aria-pressed:outline-ink aria-pressed:outline-offset-2 forced-color-adjust-none"
              />
            ))}
          </fieldset>
          <label className="flex h-8 items-center justify-between text-soft text-xs max-middle:h-11">
            Other colour
            <input
              type="color"
              value={query.tone ?? '#808080'}
              onChange={({ currentTarget }) => choose(currentTarget.value)}
              className="h-7 w-12"
            />
          </label>
          <Filling />
        </div>
      )}
    </Popover>
  )
}

/** Images of earlier versions have no stored colours; they are computed while this is open. */
function Filling() {
  const store = useStore()
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const ending = new AbortController()
    fillPalettes(store, finderOf(store), setLeft, ending.signal).catch(() => undefined)
    return () => ending.abort()
  }, [store])
  if (left === 0) return null
  return (
    <p role="status" className="text-faint text-xs tabular-nums">
      {`Reading the colours of ${left.toLocaleString('en')} images …`}
    </p>
  )
}
