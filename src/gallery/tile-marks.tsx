import { Check, Star, StickyNote, ThumbsDown } from 'lucide-react'
import type { LabelColour } from '#domain/marks.ts'
import type { Picture } from '#domain/picture.ts'
import { classes } from '#ui/classes.ts'

const colours: Readonly<Record<LabelColour, string>> = {
  red: 'bg-red-500',
  yellow: 'bg-yellow-400',
  green: 'bg-green-500',
  blue: 'bg-blue-500',
  purple: 'bg-purple-500',
}

interface TileMarksProps {
  picture: Picture
  isPicked: boolean
}

/** The user's marks on a tile. The accessible name of the cell has the same in words. */
export function TileMarks({ picture: { marks }, isPicked }: TileMarksProps) {
  const { star, rating, reject, colour, note } = marks ?? {}
  const hasAny = star || rating || reject || colour || note
  return (
    <>
      {isPicked && (
        <span className="pointer-events-none absolute top-1 left-1 flex size-5 items-center justify-center rounded-full bg-ink text-panel">
          <Check size={14} strokeWidth={2.5} aria-hidden />
        </span>
      )}
      {hasAny && (
        <span
          aria-hidden
          className="pointer-events-none absolute bottom-1 left-1 flex h-5 items-center gap-1 rounded-sm bg-panel px-1 text-ink text-xs tabular-nums"
        >
          {star && <Star size={12} fill="currentColor" />}
          {rating && <span>{rating}</span>}
          {reject && <ThumbsDown size={12} className="text-danger" />}
          {note && <StickyNote size={12} />}
          {colour && <span className={classes('size-2.5 rounded-full', colours[colour])} />}
        </span>
      )}
    </>
  )
}
