import type { ImageChange } from '#domain/command.ts'
import type { CollectionId, NonEmpty, PictureId } from '#domain/ids.ts'
import type { LabelColour } from '#domain/marks.ts'
import type { Picture } from '#domain/picture.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { perform, sayLeft, undo } from './act-log.ts'

export type Rating = 0 | 1 | 2 | 3 | 4 | 5

/** How one kind of mark is read, and the words for setting it. */
interface Marking<Value> {
  field: Exclude<ImageChange['field'], 'isBinned'>
  name?: string
  read(image: Picture): Value
  to: Value
  /** After "Undo": "star", "rate 4". The number of images follows. */
  label: string
  /** "Starred": for saying what was done. */
  done: string
}

/** Marks on images. Each call is one act, for any number of images. */
export function createMarkCommands(store: GalleryStore) {
  const mark = <Value extends boolean | number | string>(images: NonEmpty<Picture>, marking: Marking<Value>) =>
    setMark(store, images, marking)
  return {
    star: (images: NonEmpty<Picture>, isStarred: boolean) =>
      mark(images, {
        field: 'isStarred',
        read: ({ marks }) => marks?.star === true,
        to: isStarred,
        label: isStarred ? 'star' : 'remove star of',
        done: isStarred ? 'Starred' : 'Star removed',
      }),
    rate: (images: NonEmpty<Picture>, rating: Rating) =>
      mark<number>(images, {
        field: 'rating',
        read: ({ marks }) => marks?.rating ?? 0,
        to: rating,
        label: rating === 0 ? 'remove rating of' : 'rate',
        done: rating === 0 ? 'Rating removed' : `Rated ${rating}`,
      }),
    reject: (images: NonEmpty<Picture>, isRejected: boolean) =>
      mark(images, {
        field: 'reject',
        read: ({ marks }) => marks?.reject === true,
        to: isRejected,
        label: isRejected ? 'reject' : 'take back rejection of',
        done: isRejected ? 'Rejected' : 'No longer rejected',
      }),
    label: (images: NonEmpty<Picture>, colour: LabelColour | '') =>
      mark<string>(images, {
        field: 'colour',
        read: ({ marks }) => marks?.colour ?? '',
        to: colour,
        label: colour === '' ? 'remove label of' : `label ${colour}`,
        done: colour === '' ? 'Label removed' : `Labelled ${colour}`,
      }),
    /** Empty takes the note away. */
    note: (images: NonEmpty<Picture>, note: string) =>
      mark<string>(images, {
        field: 'note',
        read: ({ marks }) => marks?.note ?? '',
        to: note,
        label: note === '' ? 'remove note of' : 'note on',
        done: note === '' ? 'Note removed' : 'Note kept',
      }),
    collect: (images: NonEmpty<Picture>, { id, name }: { id: CollectionId; name: string }, isIn: boolean) =>
      mark(images, {
        field: 'collection',
        name: id,
        read: ({ marks }) => marks?.collections?.includes(id) ?? false,
        to: isIn,
        label: isIn ? 'collect' : 'take out of collection',
        done: isIn ? `Added to “${name}”` : `Taken out of “${name}”`,
      }),
    tag: (images: NonEmpty<Picture>, tag: string, isTagged: boolean) =>
      mark(images, {
        field: 'tag',
        name: tag,
        read: ({ marks }) => marks?.tags?.includes(tag) ?? false,
        to: isTagged,
        label: isTagged ? 'tag' : 'remove tag of',
        done: isTagged ? `Tagged “${tag}”` : `Tag “${tag}” removed`,
      }),
  }
}

async function setMark<Value extends boolean | number | string>(
  store: GalleryStore,
  images: NonEmpty<Picture>,
  { field, name, read, to, label, done }: Marking<Value>,
): Promise<void> {
  const byValue = new Map<Value, PictureId[]>()
  for (const image of images) {
    const from = read(image)
    if (from !== to) byValue.set(from, [...(byValue.get(from) ?? []), image.id])
  }
  const changes = [...byValue].map(
    ([from, ids]) => ({ kind: 'image', field, ids, from, to, ...(name === undefined ? {} : { name }) }) as ImageChange,
  )
  if (changes.length === 0) return
  const what = images.length === 1 ? 'image' : `${images.length.toLocaleString('en')} images`
  const performed = await perform(store, { label: `${label} ${what}`, changes }, 'The marks stay as they were')
  if (!performed) return
  sayLeft(performed.outcome)
  // A single image shows its own mark; of many, some are not visible.
  if (images.length === 1) return announce(done)
  const action = { label: 'Undo', onSelect: () => void undo(store, performed.command.id) }
  notify({ text: `${done}: ${images.length.toLocaleString('en')} images`, action })
}
