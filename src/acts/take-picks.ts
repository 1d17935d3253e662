import type { Change } from '#domain/command.ts'
import { isNonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { type Pick, PicksError, readPicks } from '#library/hand-over/picks.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { perform, sayFailure, undo } from './act-log.ts'

/** Stars the images that a client picked and adds the client's notes, as one act that can be undone. Shows the result. */
export async function takePicks(store: GalleryStore, file: File): Promise<void> {
  try {
    const picks = await readPicks(file)
    const found = await store.picturesById(picks.map(({ image }) => image))
    const here = picks.flatMap((pick) => {
      const picture = found.get(pick.image)
      return picture && picture.shelf !== 'bin' ? [{ pick, picture }] : []
    })
    await star(store, here, picks.length - here.length)
  } catch (error) {
    if (error instanceof PicksError) notify({ text: error.message, tone: 'error' })
    else sayFailure('No picks were read', error)
  }
}

interface Taken {
  pick: Pick
  picture: Picture
}

async function star(store: GalleryStore, here: readonly Taken[], gone: number): Promise<void> {
  const starred = here.filter(({ pick, picture }) => pick.picked && picture.marks?.star !== true)
  const noted = here.filter(({ pick, picture }) => noteWith(picture, pick) !== (picture.marks?.note ?? ''))
  const missing = gone === 0 ? '' : ` ${countOf(gone)} not in this gallery.`
  if (starred.length === 0 && noted.length === 0) {
    notify({ text: `${here.length === 0 ? 'No picks for this gallery.' : 'These picks were taken before.'}${missing}` })
    return
  }
  const ids = starred.map(({ picture }) => picture.id)
  const changes: Change[] = [
    ...(isNonEmpty(ids) ? [{ kind: 'image', field: 'isStarred', ids, from: false, to: true } as const] : []),
    ...noted.map(({ pick, picture }): Change => {
      const from = picture.marks?.note ?? ''
      return { kind: 'image', field: 'note', ids: [picture.id], from, to: noteWith(picture, pick) }
    }),
  ]
  const label = `take ${countOf(here.length)} of a client`
  const performed = await perform(store, { label, changes }, 'The picks were not taken')
  if (!performed) return
  const notes = noted.length === 0 ? '' : `, ${noted.length} ${noted.length === 1 ? 'note' : 'notes'} added`
  notify({
    text: `Client's picks: ${starred.length.toLocaleString('en')} starred${notes}.${missing}`,
    action: { label: 'Undo', onSelect: () => void undo(store, performed.command.id) },
  })
}

/** Appends the client's note to the image's own, unless it is there already. */
function noteWith({ marks }: Picture, { note }: Pick): string {
  const own = marks?.note ?? ''
  if (note === '' || own === note || own.endsWith(`\n${note}`)) return own
  return own === '' ? note : `${own}\n${note}`
}

function countOf(count: number): string {
  return count === 1 ? '1 pick' : `${count.toLocaleString('en')} picks`
}
