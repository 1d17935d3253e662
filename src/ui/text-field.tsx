import { type Ref, useId } from 'react'
import { classes } from './classes.ts'

interface TextFieldProps {
  label: string
  value: string
  onChange: (text: string) => void
  placeholder?: string | undefined
  maxLength?: number | undefined
  hint?: string | undefined
  error?: string | undefined
  hideLabel?: boolean | undefined
  type?: 'text' | 'search' | 'url' | 'password' | undefined
  ref?: Ref<HTMLInputElement>
}

export function TextField({
  label,
  value,
  onChange,
  placeholder,
  maxLength,
  hint,
  error,
  hideLabel,
  type = 'text',
  ref,
}: TextFieldProps) {
  const id = useId()
  const below = error ?? hint
  return (
    <div>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'mb-1.5 block text-soft text-xs'}>
        {label}
      </label>
      <input
        ref={ref}
        id={id}
        type={type}
        dir={type === 'text' || type === 'search' ? 'auto' : undefined}
        value={value}
        placeholder={placeholder}
        maxLength={maxLength}
        spellCheck={type === 'text'}
        autoComplete="off"
        aria-invalid={error ? true : undefined}
        aria-describedby={below ? `${id}-below` : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
        className={classes(
          'field block h-8 w-full rounded-sm border bg-raised px-2.5 text-ink text-sm transition-colors max-middle:h-11',
          'placeholder:text-faint hover:border-line-strong',
          error ? 'border-danger' : 'border-line',
        )}
      />
      {below && (
        <p id={`${id}-below`} className={classes('mt-1.5 text-xs', error ? 'text-danger' : 'text-faint')}>
          {below}
        </p>
      )}
    </div>
  )
}
