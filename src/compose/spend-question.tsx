import { Button } from '#ui/button.tsx'

interface SpendQuestionProps {
  words: string
  label: string
  onYes: () => void
  onNo: () => void
}

/** Replaces the button: nothing is sent until it is answered. */
export function SpendQuestion({ words, label, onYes, onNo }: SpendQuestionProps) {
  return (
    <div role="alertdialog" aria-label="More than you set" className="grid gap-2">
      <p className="text-ink text-sm">{words}</p>
      <div className="flex gap-2">
        <Button autoFocus className="h-10 max-middle:h-12" onClick={onNo}>
          Not now
        </Button>
        <Button variant="primary" className="flex-1" onClick={onYes}>
          {label}
        </Button>
      </div>
    </div>
  )
}
