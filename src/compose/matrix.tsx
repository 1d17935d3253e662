import type { Issue } from '#domain/failure.ts'
import { type Draft, laidEditOf, type Recipe } from '#domain/run.ts'
import { describeCredits } from '#domain/spending.ts'
import { type BatchCell, chosenIn, type SeveralField, severalFields, toggled } from '#models/batch-plan.ts'
import type { ModelFamily } from '#models/model.ts'
import { planForm } from './batch-form.ts'

interface MatrixProps {
  family: ModelFamily
  draft: Draft
  /** With the edits of the form. */
  recipe: Recipe
  sourceCount: number
  /** Why the batch cannot be sent. */
  issues: readonly Issue[]
  onChange: (field: SeveralField, change: Draft) => void
}

/**
 * Which options are combined, what each combination costs, and the total. Ratios are rows; models and sizes are
 * columns.
 */
export function Matrix({ family, draft, recipe, sourceCount, issues, onChange }: MatrixProps) {
  const fields = severalFields(family, draft, sourceCount)
  const { cells, variants, drafts, priceCredits } = planForm(family, draft, recipe, sourceCount)
  const [rowField, columnFields] = splitFields(fields)
  const rows = rowField ? [...new Set(cells.map((cell) => optionOf(cell, rowField)))] : []
  const columns = [...new Set(cells.map((cell) => columnOf(cell, columnFields)))]
  const priceAt = (row: string, column: string) =>
    cells.find((cell) => rowField && optionOf(cell, rowField) === row && columnOf(cell, columnFields) === column)?.quote
      .priceCredits
  return (
    <div className="space-y-4 p-4">
      {fields.map((field) => (
        <Options key={field.name} field={field} draft={draft} onChange={onChange} />
      ))}
      <div className="overflow-x-auto">
        <table aria-label="Prices" className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-line border-b text-left text-soft text-xs">
              <th scope="col" className="py-1.5 pr-3 font-normal">
                {rowField?.label}
              </th>
              {columns.map((column) => (
                <th key={column} scope="col" className="px-3 py-1.5 text-right font-normal">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row} className="border-line border-b">
                <th scope="row" className="py-1.5 pr-3 text-left font-normal">
                  {rowField && labelIn(rowField, row)}
                </th>
                {columns.map((column) => (
                  <td key={column} className="px-3 py-1.5 text-right tabular-nums">
                    {variants === 1 ? priceAt(row, column) : `${variants} × ${priceAt(row, column)}`}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {laidEditOf(recipe) && <p className="text-soft text-xs">The answer has the ratio of the image that is sent.</p>}
      <p role="status" className="text-right font-medium text-sm">
        {`${drafts.length === 1 ? '1 image' : `${drafts.length} images`} · ${describeCredits(priceCredits)}`}
      </p>
      {issues.map(({ message }) => (
        <p key={message} role="alert" className="text-right text-danger text-sm">
          {message}
        </p>
      ))}
    </div>
  )
}

function Options({ field, draft, onChange }: Pick<MatrixProps, 'draft' | 'onChange'> & { field: SeveralField }) {
  const chosen = chosenIn(field, draft)
  return (
    <fieldset>
      <legend className="mb-1 text-soft text-xs">{field.label}</legend>
      <div className="flex flex-wrap gap-x-4">
        {field.options.map(({ value, label }) => (
          <label key={value} className="flex min-h-8 items-center gap-1.5 text-sm max-middle:min-h-11">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={() => onChange(field, toggled(field, draft, value))}
              className="accent-accent"
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** The rows show the field with the most options: the aspect ratio. */
function splitFields(fields: readonly SeveralField[]): [SeveralField | undefined, readonly SeveralField[]] {
  const rows = fields.find(({ shape }) => shape === 'ratio') ?? fields[0]
  return [rows, fields.filter((field) => field !== rows)]
}

function columnOf(cell: BatchCell, fields: readonly SeveralField[]): string {
  return fields.map((field) => labelIn(field, optionOf(cell, field))).join(' ')
}

/** What is sent for a field, which is another option than the chosen one where an edit decides it. */
function optionOf({ draft }: BatchCell, { name }: SeveralField): string {
  return String(draft[name] ?? '')
}

function labelIn({ options }: SeveralField, value: string): string {
  return options.find((option) => option.value === value)?.label ?? value
}
