import { type FormEvent, useState } from 'react'
import type { CollectionId } from '#domain/ids.ts'
import { treeOf } from '#library/collection-tree.ts'
import { keys, useStore, useUnread } from '#store/queries.ts'
import { useCollections } from '#store/stage-queries.ts'
import { Button } from '#ui/button.tsx'
import { NotRead } from '#ui/not-read.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { TextField } from '#ui/text-field.tsx'
import type { Subject } from './act.ts'
import { changeCollections, newCollection } from './collection-commands.ts'
import { imageCommandsOf } from './image-commands.ts'

interface CollectionFormProps {
  images: Subject
  onClose: () => void
}

const mostLetters = 80

/** The collections of the images; an image may be in several. */
export function CollectionForm({ images, onClose }: CollectionFormProps) {
  const store = useStore()
  const commands = imageCommandsOf(store)
  const branches = treeOf(useCollections()).filter(({ collection }) => collection.kind === 'plain')
  const unread = useUnread(keys.collections)
  const [changed, setChanged] = useState<ReadonlyMap<CollectionId, boolean>>(new Map())
  const [name, setName] = useState('')
  const holds = (id: CollectionId) =>
    changed.get(id) ?? images.every(({ marks }) => marks?.collections?.includes(id) ?? false)
  const collect = async (collection: { id: CollectionId; name: string }, isIn: boolean) => {
    setChanged(new Map(changed).set(collection.id, isIn))
    // Read again, because the dialog may have changed it.
    const found = await store.picturesById(images.map(({ id }) => id))
    const [first, ...rest] = [...found.values()]
    if (first) await commands.collect([first, ...rest], collection, isIn)
  }
  const onAdd = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return
    const collection = newCollection({ name: name.trim() })
    setName('')
    const act = { label: 'add collection', done: 'Collection added' }
    if (await changeCollections(store, act, () => [{ to: collection }])) await collect(collection, true)
  }
  return (
    <div className="flex min-w-72 flex-col gap-4 p-4">
      {unread.failed && <NotRead what="collections" onAgain={unread.readAgain} />}
      {branches.length > 0 && (
        <ul aria-label="Collections" className="flex max-h-72 flex-col overflow-y-auto">
          {branches.map(({ collection, depth }) => (
            <li key={collection.id} style={{ paddingLeft: depth * 20 }}>
              <label className="flex h-8 items-center gap-2 text-ink text-sm max-middle:h-11">
                <input
                  type="checkbox"
                  checked={holds(collection.id)}
                  onChange={({ currentTarget }) => void collect(collection, currentTarget.checked)}
                />
                <span dir="auto">{showHidden(collection.name)}</span>
              </label>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={(event) => void onAdd(event)} className="flex items-end gap-2">
        <div className="flex-1">
          <TextField label="New collection" value={name} onChange={setName} maxLength={mostLetters} />
        </div>
        <Button type="submit" disabled={name.trim() === ''}>
          Add
        </Button>
      </form>
      <Button variant="primary" className="self-end" onClick={onClose}>
        Done
      </Button>
    </div>
  )
}
