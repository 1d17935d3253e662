import { Pencil, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { FacetCount } from '#library/find/finder.ts'
import { useStore } from '#store/queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { Empty } from '#ui/empty.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { TextField } from '#ui/text-field.tsx'
import { deleteTag, renameTag } from './tag-commands.ts'
import { readTags } from './tag-words.ts'
import { useKnownTags } from './use-known-tags.ts'

/** All tags: how many images have each, and the ways to rename and delete them. */
export function TagList() {
  const tags = useKnownTags()
  const [renamed, setRenamed] = useState<string>()
  if (!tags) return <div className="h-32" />
  if (tags.length === 0) {
    return (
      <div className="p-6">
        <Empty title="No tags yet">Select images and press T to tag them.</Empty>
      </div>
    )
  }
  return (
    <ul aria-label="All tags" className="flex flex-col p-2">
      {tags.map((tag) => (
        <li key={tag.value} className="flex min-h-10 items-center gap-1 px-2">
          {renamed === tag.value ? (
            <RenameForm tag={tag.value} known={tags} onDone={() => setRenamed(undefined)} />
          ) : (
            <Tag tag={tag} onRename={() => setRenamed(tag.value)} />
          )}
        </li>
      ))}
    </ul>
  )
}

function Tag({ tag: { value, count }, onRename }: { tag: FacetCount; onRename: () => void }) {
  const store = useStore()
  return (
    <>
      <span dir="auto" className="min-w-0 flex-1 truncate text-ink text-sm">
        {showHidden(value)}
      </span>
      <span className="text-faint text-xs tabular-nums">{count.toLocaleString('en')}</span>
      <IconButton label={`Rename tag ${value}`} icon={Pencil} onClick={onRename} />
      <IconButton label={`Delete tag ${value}`} icon={Trash2} onClick={() => void deleteTag(store, value)} />
    </>
  )
}

interface RenameFormProps {
  tag: string
  known: readonly FacetCount[]
  onDone: () => void
}

function RenameForm({ tag, known, onDone }: RenameFormProps) {
  const store = useStore()
  const [name, setName] = useState(tag)
  const others = known.map(({ value }) => value).filter((each) => each !== tag)
  const [next] = readTags(name, others)
  const isMerging = next !== undefined && others.includes(next)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    onDone()
    if (next !== undefined && next !== tag) void renameTag(store, tag, next)
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-1 items-end gap-2 py-1">
      <div className="flex-1">
        <TextField
          label={`New name of ${tag}`}
          hideLabel
          value={name}
          onChange={setName}
          maxLength={60}
          hint={isMerging ? 'Joins the tag with this name.' : undefined}
        />
      </div>
      <Button type="submit" disabled={next === undefined}>
        Rename
      </Button>
      <Button variant="quiet" onClick={onDone}>
        Cancel
      </Button>
    </form>
  )
}
