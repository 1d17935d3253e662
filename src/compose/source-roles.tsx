import { undoable } from '#acts/undoable.ts'
import { readRoles, type SourceRole, sourceRoles, writeRoles } from '#domain/prompt.ts'
import { useStore } from '#store/queries.ts'
import { useDraft, useWorkspace } from '#workspace/workspace.ts'

const names = Object.keys(sourceRoles) as SourceRole[]
const labelOf = (role: SourceRole) => `${role[0]?.toUpperCase()}${role.slice(1)}`

/**
 * The role of each source; a single one needs none. A role becomes a sentence after the prompt; "What will be sent"
 * shows it.
 */
export function SourceRoles({ family, count }: { family: string; count: number }) {
  const store = useStore()
  const roles = readRoles(String(useDraft(family).roles ?? ''), count)
  const editDraft = useWorkspace((state) => state.editDraft)
  const set = (index: number, value: string) => {
    const next = roles.map((role, place) => (place === index ? names.find((name) => name === value) : role))
    undoable(store, `role of image ${index + 1}`, () => editDraft(family, { roles: writeRoles(next) }))
  }
  if (count < 2 && !roles.some(Boolean)) return null
  return (
    <details className="mt-1 text-xs" open={roles.some(Boolean) || undefined}>
      <summary className="flex min-h-7 items-center text-faint hover:text-ink max-middle:min-h-11">Roles</summary>
      <div className="grid grid-cols-2 gap-1">
        {roles.map((role, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a role belongs to a place
          <label key={index} className="flex items-center gap-1.5">
            <span data-reference={index + 1} className="reference-mark">
              {index + 1}
            </span>
            <span className="choice min-w-0 flex-1">
              <select
                aria-label={`Role of image ${index + 1}`}
                value={role ?? ''}
                onChange={(event) => set(index, event.currentTarget.value)}
                className="h-8 w-full rounded-sm border border-line bg-raised pr-7 pl-1.5 text-ink max-middle:h-11"
              >
                <option value="">No role</option>
                {names.map((name) => (
                  <option key={name} value={name}>
                    {labelOf(name)}
                  </option>
                ))}
              </select>
            </span>
          </label>
        ))}
      </div>
    </details>
  )
}
