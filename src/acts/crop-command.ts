import type { Change } from '#domain/command.ts'
import { emptyDocument, type Frame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { frameImage } from '#imaging/edit/frame-image.ts'
import { newId } from '#platform/ids.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { perform } from './act-log.ts'

/**
 * Makes a new image from a part of another, or from all of it turned or mirrored. It replaces the other one on the
 * stage and among the sources, as one act; undo moves it to the bin. `false`: it could not be made, and the user was
 * told.
 */
export async function applyCrop(store: GalleryStore, picture: Picture, frame: Frame): Promise<boolean> {
  const id = newId() as PictureId
  try {
    const source = await store.original(picture.id)
    if (!source) throw new Error("The image's data is missing in this browser.")
    const png = await frameImage({ source, frame }, new AbortController().signal)
    await store.addPicture({
      id,
      // The act takes it out of the bin, and undo puts it back.
      shelf: 'bin',
      createdAt: Date.now(),
      prompt: picture.prompt,
      parents: [picture.id],
      bytes: png,
      origin: { kind: 'derived', from: 'frame', document: { ...emptyDocument(picture.id), frame } },
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    notify({ text: `The image was not cropped. ${reason}`, tone: 'error' })
    return false
  }
  const performed = await perform(
    store,
    { label: 'crop', changes: changesFor(picture.id, id) },
    'The crop is in the bin',
  )
  if (performed) announce('Cropped')
  return true
}

function changesFor(old: PictureId, made: PictureId): Change[] {
  const { sources, selected } = useWorkspace.getState()
  const inForms = Object.entries(sources).filter(([, ids]) => ids.includes(old))
  return [
    { kind: 'image', field: 'isBinned', ids: [made], from: true, to: false },
    ...inForms.map(
      ([family, from]) => ({ kind: 'sources', family, from, to: from.map((id) => (id === old ? made : id)) }) as const,
    ),
    ...(selected === old ? [{ kind: 'stage', from: old, to: made } as const] : []),
  ]
}
