import { Button } from '#ui/button.tsx'

/** Shown instead of images that could not be read from this browser's storage. They may still be there. */
export function NotRead({ onAgain }: { onAgain: () => void }) {
  return (
    <div role="alert" className="flex flex-col items-center gap-3 p-6 text-center text-sm">
      <p className="max-w-64 text-balance text-soft">The images saved in this browser could not be read.</p>
      <Button onClick={onAgain}>Read again</Button>
    </div>
  )
}
