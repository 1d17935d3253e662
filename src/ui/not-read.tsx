import { Button } from './button.tsx'

interface NotReadProps {
  /** "images": what is saved in this browser. It may still be there. */
  what?: string
  onAgain: () => void
}

/** Shown instead of what could not be read from this browser's storage. */
export function NotRead({ what = 'images', onAgain }: NotReadProps) {
  return (
    <div role="alert" className="flex flex-col items-center gap-3 p-6 text-center text-sm">
      <p className="max-w-64 text-balance text-soft">{`The ${what} saved in this browser could not be read.`}</p>
      <Button onClick={onAgain}>Read again</Button>
    </div>
  )
}
