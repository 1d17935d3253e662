import {
  ArrowDown,
  ArrowUp,
  CornerDownRight,
  CornerUpLeft,
  Ellipsis,
  FolderOpen,
  Pencil,
  Search,
  Trash2,
} from 'lucide-react'
import { type DragEvent, type FormEvent, type KeyboardEvent, useState } from 'react'
import {
  changeCollections,
  deleteCollection,
  editOf,
  newCollection,
  renameCollection,
} from '#acts/collection-commands.ts'
import { useKnownTags } from '#acts/use-known-tags.ts'
import type { Collection } from '#domain/collection.ts'
import type { CollectionId } from '#domain/ids.ts'
import { type Branch, type Move, placed, stepped, treeOf } from '#library/collection-tree.ts'
import type { FacetCount } from '#library/find/finder.ts'
import { everything, type Query } from '#library/find/query.ts'
import { missingIn, savedQuery } from '#library/find/saved-query.ts'
import { keys, useStore, useUnread } from '#store/queries.ts'
import { useCollections } from '#store/stage-queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { Button } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { Dialog } from '#ui/dialog.tsx'
import { Menu, type MenuItem } from '#ui/menu.tsx'
import { NotRead } from '#ui/not-read.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { TextField } from '#ui/text-field.tsx'
import { describeMissing } from './missing.tsx'
import { type CollectionFacts, useCollectionFacts } from './use-collection-facts.ts'

interface CollectionsDialogProps {
  /** The present query, which can be saved as a smart collection. */
  query: Query
  /** The smart collection that `query` began with. */
  smart: CollectionId | undefined
  onOpen: (query: Query, smart?: CollectionId) => void
  onClose: () => void
}

const mostLetters = 80
const dragType = 'application/x-atelier-collection'

/** All collections as a tree, which can be opened, reordered, nested, renamed and deleted. */
export function CollectionsDialog({ query, smart, onOpen, onClose }: CollectionsDialogProps) {
  const store = useStore()
  const collections = useCollections()
  const unread = useUnread(keys.collections)
  const facts = useCollectionFacts(collections)
  const [renamed, setRenamed] = useState<CollectionId>()
  const open = (next: Query, id?: CollectionId) => {
    onClose()
    onOpen(next, id)
  }
  const tags = useKnownTags()
  const shared = { collections, store, isOpen: (id: CollectionId) => id === (query.collection ?? smart) }
  return (
    <Dialog open title="Collections" onClose={onClose}>
      <div className="flex flex-col gap-3 p-4">
        <Button variant="quiet" className="-mx-2 justify-start" onClick={() => open(everything)}>
          All images
        </Button>
        {unread.failed && <NotRead what="collections" onAgain={unread.readAgain} />}
        {collections.length > 0 && (
          <ul aria-label="Collections" className="flex max-h-96 flex-col overflow-y-auto">
            {treeOf(collections).map((branch) =>
              renamed === branch.collection.id ? (
                <li key={branch.collection.id} className="py-1">
                  <NameForm
                    label={`New name of ${branch.collection.name}`}
                    initial={branch.collection.name}
                    word="Rename"
                    onName={(name) => {
                      setRenamed(undefined)
                      void renameCollection(store, branch.collection.id, name)
                    }}
                  />
                </li>
              ) : (
                <Row
                  key={branch.collection.id}
                  {...shared}
                  branch={branch}
                  facts={facts.get(branch.collection.id)}
                  missing={tags && missingOf(branch.collection, tags, collections)}
                  onOpen={() => open(queryOf(branch.collection), idOfSmart(branch.collection))}
                  onRename={() => setRenamed(branch.collection.id)}
                  onRemove={() => void deleteCollection(store, branch.collection)}
                />
              ),
            )}
          </ul>
        )}
        <NameForm label="New collection" initial="" word="Add" onName={(name) => void add(store, { name })} />
        <SearchKeeper query={query} smart={collections.find(({ id }) => id === smart)} store={store} />
      </div>
    </Dialog>
  )
}

interface RowProps {
  branch: Branch
  collections: readonly Collection[]
  facts: CollectionFacts | undefined
  /** What its rule asks for and does not exist, as a sentence. */
  missing: string | undefined
  store: GalleryStore
  isOpen: (id: CollectionId) => boolean
  onOpen: () => void
  onRename: () => void
  onRemove: () => void
}

function Row({ branch: { collection, depth }, facts, missing, isOpen, onOpen, ...acts }: RowProps) {
  const { id, name, kind } = collection
  const thumbnail = useThumbnail(collection.cover ?? facts?.newest)
  const [over, setOver] = useState<Drop>()
  const move = (way: Move) => void keepPlaces(acts.store, (all) => stepped(all, id, way), `“${name}” moved`)
  const moveTo = (dragged: CollectionId, drop: Drop) =>
    void keepPlaces(acts.store, (all) => dropped(all, dragged, collection, drop), 'Moved')
  const onKeyDown = (event: KeyboardEvent) => {
    const way = event.altKey ? steps[event.key] : undefined
    if (!way) return
    event.preventDefault()
    move(way)
  }
  const drops = {
    onDragOver(event: DragEvent<HTMLElement>) {
      if (!event.dataTransfer.types.includes(dragType)) return
      event.preventDefault()
      setOver(dropAt(event))
    },
    onDragLeave: () => setOver(undefined),
    onDrop(event: DragEvent<HTMLElement>) {
      const dragged = event.dataTransfer.getData(dragType) as CollectionId
      setOver(undefined)
      if (dragged) moveTo(dragged, dropAt(event))
    },
  }
  return (
    <li
      {...drops}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(dragType, id)}
      style={{ paddingLeft: depth * 20 }}
      className={classes(
        'flex items-center rounded-sm',
        over === 'before' && 'border-ink border-t-2',
        over === 'into' && 'bg-hover',
        over === 'after' && 'border-ink border-b-2',
      )}
    >
      <button
        type="button"
        onClick={onOpen}
        onKeyDown={onKeyDown}
        aria-current={isOpen(id) || undefined}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight"
        className="flex h-10 min-w-0 flex-1 items-center gap-2 rounded-sm px-2 text-left text-ink text-sm hover:bg-hover aria-[current=true]:bg-raised max-middle:h-12"
      >
        <Cover thumbnail={thumbnail} isSmart={kind === 'smart'} />
        <span dir="auto" className="min-w-0 flex-1 truncate">
          {showHidden(name)}
        </span>
        {missing && <span className="min-w-0 flex-1 truncate text-danger text-xs">{missing}</span>}
        {facts && <span className="text-faint text-xs tabular-nums">{facts.count.toLocaleString('en')}</span>}
      </button>
      <Menu label={`Acts for ${name}`} icon={Ellipsis} items={itemsOf(collection, { ...acts, move })} />
    </li>
  )
}

function Cover({ thumbnail, isSmart }: { thumbnail: string | undefined; isSmart: boolean }) {
  const Icon = isSmart ? Search : FolderOpen
  return (
    <span className="flex size-7 shrink-0 items-center justify-center overflow-hidden rounded-sm bg-hover text-faint">
      {thumbnail ? <img src={thumbnail} alt="" className="size-full object-cover" /> : <Icon size={14} aria-hidden />}
    </span>
  )
}

const steps: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowRight: 'into',
  ArrowLeft: 'out',
}

const moves: readonly { way: Move; label: string; icon: typeof ArrowUp }[] = [
  { way: 'up', label: 'Move up', icon: ArrowUp },
  { way: 'down', label: 'Move down', icon: ArrowDown },
  { way: 'into', label: 'Move into the one above', icon: CornerDownRight },
  { way: 'out', label: 'Move out', icon: CornerUpLeft },
]

type RowActs = Pick<RowProps, 'collections' | 'store' | 'onRename' | 'onRemove'> & { move: (way: Move) => void }

function itemsOf(collection: Collection, { collections, store, onRename, onRemove, move }: RowActs): MenuItem[] {
  const nest = () => void add(store, { name: 'New collection', parent: collection.id })
  return [
    { label: 'Rename', icon: Pencil, onSelect: onRename },
    { label: 'New collection inside', icon: FolderOpen, onSelect: nest },
    ...moves.flatMap(({ way, label, icon }) =>
      stepped(collections, collection.id, way).length > 0 ? [{ label, icon, onSelect: () => move(way) }] : [],
    ),
    { label: 'Delete collection', icon: Trash2, danger: true, onSelect: onRemove },
  ]
}

type Drop = 'before' | 'into' | 'after'

/** The upper and lower quarter of a row count as between two rows. */
function dropAt({ clientY, currentTarget }: DragEvent<HTMLElement>): Drop {
  const { top, height } = currentTarget.getBoundingClientRect()
  const share = height > 0 ? (clientY - top) / height : 0.5
  if (share < 0.25) return 'before'
  return share > 0.75 ? 'after' : 'into'
}

function dropped(collections: readonly Collection[], id: CollectionId, on: Collection, drop: Drop): Collection[] {
  if (drop === 'into') return placed(collections, id, { parent: on.id, before: undefined })
  if (drop === 'before') return placed(collections, id, { parent: on.parent, before: on.id })
  const siblings = treeOf(collections).flatMap(({ collection }) => (collection.parent === on.parent ? collection : []))
  const next = siblings[siblings.findIndex((each) => each.id === on.id) + 1]
  return placed(collections, id, { parent: on.parent, before: next?.id === id ? undefined : next?.id })
}

interface NameFormProps {
  label: string
  initial: string
  word: string
  onName: (name: string) => void
}

function NameForm({ label, initial, word, onName }: NameFormProps) {
  const [name, setName] = useState(initial)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return
    setName(initial)
    onName(name.trim())
  }
  return (
    <form onSubmit={onSubmit} className="flex items-end gap-2">
      <div className="flex-1">
        <TextField label={label} value={name} onChange={setName} maxLength={mostLetters} />
      </div>
      <Button type="submit" disabled={name.trim() === ''}>
        {word}
      </Button>
    </form>
  )
}

interface SearchKeeperProps {
  query: Query
  smart: Collection | undefined
  store: GalleryStore
}

/** Saves the present query as a smart collection, or as the new rule of the open one. */
function SearchKeeper({ query, smart, store }: SearchKeeperProps) {
  const rule = JSON.stringify(query)
  if (rule === JSON.stringify(everything)) {
    return <p className="text-faint text-xs">Search or filter, and save it here as a smart collection.</p>
  }
  const save = async () => {
    const to = newCollection({ name: query.text.trim() || 'Saved search', kind: 'smart', rule })
    const done = 'Search saved as a smart collection'
    await changeCollections(store, { label: 'save search', done, isShown: true }, () => [{ to }])
  }
  const update = async () => {
    if (!smart) return
    const act = { label: 'change rule of collection', done: `“${smart.name}” has the new rule`, isShown: true }
    await changeCollections(
      store,
      act,
      editOf(smart.id, (now) => ({ ...now, rule })),
    )
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => void save()}>Save this search</Button>
      {smart && smart.rule !== rule && <Button onClick={() => void update()}>{`Update “${smart.name}”`}</Button>}
    </div>
  )
}

/** Opens a collection; a plain one in its manual order, if it has one. */
function queryOf({ id, kind, rule, sequence }: Collection): Query {
  if (kind === 'smart') return savedQuery(rule) ?? everything
  return { ...everything, collection: id, ...(sequence ? { sort: 'hand' } : {}) }
}

function missingOf({ rule }: Collection, tags: readonly FacetCount[], collections: readonly Collection[]) {
  const query = savedQuery(rule)
  return (
    query &&
    describeMissing(
      missingIn(
        query,
        tags.map(({ value }) => value),
        collections,
      ),
    ).at(0)
  )
}

const idOfSmart = ({ id, kind }: Collection) => (kind === 'smart' ? id : undefined)

function add(store: GalleryStore, about: Pick<Collection, 'name'> & Partial<Collection>): Promise<boolean> {
  const to = newCollection(about)
  return changeCollections(store, { label: 'add collection', done: 'Collection added' }, () => [{ to }])
}

/** Keeps the places that `move` gives to collections. */
function keepPlaces(
  store: GalleryStore,
  move: (all: readonly Collection[]) => readonly Collection[],
  done: string,
): Promise<boolean> {
  return changeCollections(store, { label: 'move collection', done }, (all) =>
    move(all).map((to) => ({ from: all.find(({ id }) => id === to.id), to })),
  )
}
