import { useMemo, useState } from 'react'
import { Attention } from './attention.tsx'
import { GalleryGrid } from './gallery-grid.tsx'
import type { Contents } from './gallery-rows.ts'
import type { RunView } from './run-screens.ts'
import { SamplesLine } from './samples-line.tsx'

interface GalleryBodyProps {
  contents: Contents
  hasSamples: boolean
  runView: RunView
  onSettings: () => void
}

/** So many cards would push what is running out of sight. */
const foldFrom = 3

/** The grid of the gallery, and above it what is to be said of samples and of the cards of runs, where these are many. */
export function GalleryBody({ contents, hasSamples, runView, onSettings }: GalleryBodyProps) {
  const [open, setOpen] = useState(false)
  const isFolding = contents.cards.length >= foldFrom
  const isHiding = isFolding && !open
  const shown = useMemo(() => (isHiding ? { ...contents, cards: [] } : contents), [contents, isHiding])
  return (
    <>
      {hasSamples && <SamplesLine />}
      {isFolding && <Attention runs={contents.cards} open={open} onToggle={() => setOpen(!open)} />}
      <GalleryGrid contents={shown} runView={runView} onSettings={onSettings} />
    </>
  )
}
