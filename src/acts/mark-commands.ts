import type { ImageChange } from '#domain/command.ts'
import type { CollectionId, NonEmpty, PictureId } from '#domain/ids.ts'
import type { LabelColour } from '#domain/marks.ts'
import type { Picture } from '#domain/picture.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { perform, sayLeft, undo, withLeft } from './act-log.ts'

export type Rating = 0 | 1 | 2 | 3 | 4 | 5

/** One kind of mark, and its new value. */
interface Marking<Value> {
  field: Exclude<ImageChange['field'], 'isBinned'>
  name?: string
  read(image: Picture): Value
  to: Value
}

interface Words {
  /** After "Undo": "star", "rate 4". The number of images follows. */
  label: string
  /** "Starred": for saying what was done. */
  done: string
}

/** Marks on images. Each call is one act, for any number of images. */
export function createMarkCommands(store: GalleryStore) {
  const mark = <Value extends boolean | number | string>(
    images: NonEmpty<Picture>,
    { label, done, ...marking }: Marking<Value> & Words,
  ) => setMarks(store, images, changesTo(images, marking), { label, done })
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
    /** Several tags are one act. */
    tag(images: NonEmpty<Picture>, tags: readonly string[], isTagged: boolean) {
      const changes = tags.flatMap((tag) =>
        changesTo(images, {
          field: 'tag',
          name: tag,
          read: ({ marks }) => marks?.tags?.includes(tag) ?? false,
          to: isTagged,
        }),
      )
      const names = tags.map((tag) => `“${tag}”`).join(', ')
      return setMarks(store, images, changes, {
        label: isTagged ? 'tag' : 'remove tag of',
        done: isTagged ? `Tagged ${names}` : `Tag ${names} removed`,
      })
    },
  }
}

/** One change for each value that images have now; none for those that have the new value already. */
function changesTo<Value extends boolean | number | string>(
  images: NonEmpty<Picture>,
  { field, name, read, to }: Marking<Value>,
): ImageChange[] {
  const byValue = new Map<Value, PictureId[]>()
  for (const image of images) {
    const from = read(image)
    const ids = byValue.get(from)
    if (ids) ids.push(image.id)
    else if (from !== to) byValue.set(from, [image.id])
  }
  return [...byValue].map(
    ([from, ids]) => ({ kind: 'image', field, ids, from, to, ...(name === undefined ? {} : { name }) }) as ImageChange,
  )
}

async function setMarks(
  store: GalleryStore,
  images: NonEmpty<Picture>,
  changes: readonly ImageChange[],
  { label, done }: Words,
): Promise<void> {
  if (changes.length === 0) return
  const what = images.length === 1 ? 'image' : `${images.length.toLocaleString('en')} images`
  const performed = await perform(store, { label: `${label} ${what}`, changes }, 'The marks stay as they were')
  if (!performed) return
  const { command, outcome } = performed
  if (outcome.changed === 0) return sayLeft(outcome)
  // A single image shows its own mark; of many, some are not visible.
  if (images.length === 1) return announce(done)
  const action = { label: 'Undo', onSelect: () => void undo(store, command.id) }
  notify({ text: withLeft(`${done}: ${images.length.toLocaleString('en')} images`, outcome), action })
}
