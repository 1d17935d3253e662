import type { Draft } from '#domain/run.ts'
import type { Field } from '#models/model.ts'
import { Range } from '#ui/range.tsx'
import { Segments } from '#ui/segments.tsx'
import { Switch } from '#ui/switch.tsx'
import { TextField } from '#ui/text-field.tsx'

interface FieldControlProps {
  field: Field
  value: Draft[string] | undefined
  onChange: (value: Draft[string]) => void
  /** Options chosen in addition to the value, in a field that takes several. */
  also: readonly string[] | undefined
  onAdd: (value: string) => void
}

/** One control per kind of field. A new kind does not compile until it has a control here. */
export function FieldControl({ field, value, onChange, also, onAdd }: FieldControlProps) {
  const { label } = field
  switch (field.kind) {
    case 'choice':
      return (
        <div>
          <Segments
            label={label}
            value={String(value)}
            options={field.options}
            shape={field.shape}
            onChange={onChange}
            also={also}
            onAdd={field.several && onAdd}
          />
          {field.note && <p className="mt-1.5 text-soft text-xs">{field.note}</p>}
        </div>
      )
    case 'range': {
      const { min, max, step, low, high, note } = field
      // A value from another mode may be out of range; the family limits it when sending, and says so in the note.
      const inForce = Math.min(max, Math.max(min, Number(value)))
      return <Range label={label} value={inForce} {...{ min, max, step, low, high, note }} onChange={onChange} />
    }
    case 'switch':
      return <Switch label={label} checked={value === true} hint={field.note ?? field.hint} onChange={onChange} />
    case 'text': {
      const { maxLength, placeholder, note } = field
      return (
        <TextField
          label={label}
          value={String(value ?? '')}
          {...{ maxLength, placeholder }}
          hint={note}
          onChange={onChange}
        />
      )
    }
  }
}
