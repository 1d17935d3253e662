import { useEffect, useRef } from 'react'

const most = 50_000

interface SamplesParamProps {
  /** `undefined`: not known yet. */
  simulated: boolean | undefined
  isEmpty: boolean | undefined
  fill: (count: number) => Promise<void>
}

/**
 * `?samples=N` fills an empty gallery, in simulated mode only, and is removed from the address. For viewing and
 * measuring a full gallery. Renders nothing.
 */
export function SamplesParam({ simulated, isEmpty, fill }: SamplesParamProps): null {
  const started = useRef(false)
  const isDecided = simulated === true && isEmpty !== undefined
  useEffect(() => {
    const count = wantedCount(location.search)
    if (!isDecided || started.current || count === undefined) return
    started.current = true
    if (isEmpty) fill(count).then(dropParam, dropParam)
    else dropParam()
  }, [isDecided, isEmpty, fill])
  return null
}

function wantedCount(search: string): number | undefined {
  const value = new URLSearchParams(search).get('samples')
  const count = Number(value)
  return value !== null && Number.isInteger(count) && count > 0 && count <= most ? count : undefined
}

function dropParam(): void {
  const url = new URL(location.href)
  url.searchParams.delete('samples')
  history.replaceState(history.state, '', url)
}
