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
import { useLiveImages } from './use-live-images.ts'

interface CollectionFormProps {
  images: Subject
  onClose: () => void
}

const mostLetters = 80

/** The collections of the images; an image may be in several. */
export function CollectionForm({ images: given, onClose }: CollectionFormProps) {
  const store = useStore()
  const images = useLiveImages(given)
  const commands = imageCommandsOf(store)
  const branches = treeOf(useCollections()).filter(({ collection }) => collection.kind === 'plain')
  const unread = useUnread(keys.collections)
  /** What was pressed and is not stored yet. */
  const [asked, setAsked] = useState<ReadonlyMap<CollectionId, boolean>>(new Map())
  const [name, setName] = useState('')
  const collect = async (collection: { id: CollectionId; name: string }, isIn: boolean) => {
    setAsked((before) => new Map(before).set(collection.id, isIn))
    // Read again, because the dialog may have changed it.
    const found = await store.picturesById(images.map(({ id }) => id))
    const [first, ...rest] = [...found.values()]
    if (first) await commands.collect([first, ...rest], collection, isIn)
    // A read later than that of the images, so that the box does not show the state before for a moment.
    await store.picturesById(images.map(({ id }) => id))
    setAsked((before) => new Map([...before].filter(([id]) => id !== collection.id)))
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
              <Box
                name={collection.name}
                share={asked.get(collection.id) ?? shareIn(collection.id, images)}
                onChange={(isIn) => void collect(collection, isIn)}
              />
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

/** Whether a collection has all of the images, none, or some of them. */
type Share = boolean | 'some'

function shareIn(id: CollectionId, images: Subject): Share {
  const count = images.filter(({ marks }) => marks?.collections?.includes(id)).length
  return count === images.length ? true : count > 0 && 'some'
}

interface BoxProps {
  name: string
  share: Share
  onChange: (isIn: boolean) => void
}

/** A press on a box for some of the images adds the others. */
function Box({ name, share, onChange }: BoxProps) {
  return (
    <label className="flex h-8 items-center gap-2 text-ink text-sm max-middle:h-11">
      <input
        type="checkbox"
        checked={share === true}
        ref={(element) => {
          if (element) element.indeterminate = share === 'some'
        }}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span dir="auto">{showHidden(name)}</span>
    </label>
  )
}
