import { useId } from 'react'

interface SwitchProps {
  label: string
  checked: boolean
  hint?: string | undefined
  onChange: (checked: boolean) => void
}

export function Switch({ label, checked, hint, onChange }: SwitchProps) {
  const id = useId()
  return (
    <div className="relative grid grid-cols-[1fr_auto] items-center gap-x-3">
      <label htmlFor={id} className="flex min-h-7 items-center text-sm max-middle:min-h-11">
        {label}
        {/* The whole row can be clicked. */}
        <span aria-hidden className="absolute inset-0" />
      </label>
      <input
        id={id}
        type="checkbox"
        // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says by itself whether it is checked
        role="switch"
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
        className="toggle"
      />
      {hint && (
        <p id={`${id}-hint`} className="col-span-2 text-faint text-xs">
          {hint}
        </p>
      )}
    </div>
  )
}
