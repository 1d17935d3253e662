import { useState } from 'react'
import { TextField } from '#ui/text-field.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

/** The sums above which the user wants to be asked first. */
export function SpendingSettings() {
  const { askAbovePrice, askAboveDay, adjust } = useWorkspace()
  return (
    <>
      <p className="text-soft">Ask before exceeding these. Empty = no limit.</p>
      <div className="grid grid-cols-2 gap-3">
        <Credits
          label="Credits per image"
          value={askAbovePrice}
          onChange={(count) => adjust({ askAbovePrice: count })}
        />
        <Credits label="Credits per day" value={askAboveDay} onChange={(count) => adjust({ askAboveDay: count })} />
      </div>
    </>
  )
}

interface CreditsProps {
  label: string
  value: number
  onChange: (count: number) => void
}

function Credits({ label, value, onChange }: CreditsProps) {
  const [typed, setTyped] = useState(value > 0 ? String(value) : '')
  const isFine = /^\d{0,6}$/.test(typed.trim())
  // Changed in another window.
  if (isFine && Number(typed.trim()) !== value) setTyped(value > 0 ? String(value) : '')
  return (
    <TextField
      label={label}
      value={typed}
      placeholder="no limit"
      error={isFine ? undefined : 'Enter a whole number, or leave it empty.'}
      onChange={(text) => {
        setTyped(text)
        if (/^\d{0,6}$/.test(text.trim())) onChange(Number(text.trim()))
      }}
    />
  )
}
