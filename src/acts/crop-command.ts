import type { Change } from '#domain/command.ts'
import { type EditDocument, emptyDocument, type Frame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Origin, Picture } from '#domain/picture.ts'
import { frameArea, frameMark } from '#imaging/edit/frame.ts'
import { frameImage } from '#imaging/edit/frame-image.ts'
import { markOf, modelOf } from '#library/picture-words.ts'
import { newId } from '#platform/ids.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { perform } from './act-log.ts'
import { documentOf } from './edited-source.ts'
import { isOutside } from './freeze-edit.ts'

/**
 * Makes a new image from a part of another one, or from all of it, turned or mirrored. It replaces the other one on
 * the stage and among the sources, as one act; undo moves it to the bin. It gets the area and the marks of the other one;
 * those outside the crop stay with the other one only. Gives its id; `undefined`: it was stopped by the signal, or it could
 * not be made, and the user was told.
 */
export async function applyCrop(
  store: GalleryStore,
  picture: Picture,
  frame: Frame,
  signal: AbortSignal,
): Promise<PictureId | undefined> {
  const id = newId() as PictureId
  try {
    const source = await store.original(picture.id)
    if (!source) throw new Error("The image's data is missing in this browser.")
    const png = await frameImage({ source, frame }, signal)
    signal.throwIfAborted()
    await store.addPicture({
      id,
      // The act takes it out of the bin, and undo puts it back.
      shelf: 'bin',
      createdAt: Date.now(),
      prompt: picture.prompt,
      parents: [picture.id],
      bytes: png,
      origin: originOfCrop(picture, frame),
    })
  } catch (error) {
    if (signal.aborted) return undefined
    const reason = error instanceof Error ? error.message : ''
    notify({ text: `The image was not cropped. ${reason}`, tone: 'error' })
    return undefined
  }
  const performed = await perform(
    store,
    { label: 'crop', changes: [...changesFor(picture.id, id), ...carried(picture, id, frame)] },
    'The crop is in the bin',
  )
  if (performed) announce('Cropped')
  const left = documentOf(picture.id).marks.filter((mark) => isOutside(mark, frame, picture)).length
  if (left > 0)
    notify({
      text: `${left === 1 ? '1 mark lies' : `${left} marks lie`} outside of the crop, and stayed with the original.`,
    })
  return id
}

/** A crop keeps how its source was made, so that it is marked and found like that. */
export function originOfCrop(picture: Picture, frame: Frame): Origin {
  const { id, origin, parents } = picture
  const crop = { kind: 'derived', from: 'frame', document: { ...emptyDocument(id), frame } } as const
  const found = origin.kind === 'dropped' ? origin.found : undefined
  const model = modelOf(picture) ?? found?.model ?? found?.program
  if (model === undefined) return crop
  const isCrop = origin.kind === 'derived' && origin.from === 'frame'
  const isComposite = isCrop ? origin.isComposite === true : parents.length > 0
  return { ...crop, model, simulated: markOf(picture) !== undefined, isComposite }
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

/** The edits of the image, moved to the crop: the area, and the marks that lie in the crop. */
function carried(picture: Picture, base: PictureId, frame: Frame): Change[] {
  const { area, rim, marks }: EditDocument = documentOf(picture.id)
  const inside = marks.filter((mark) => !isOutside(mark, frame, picture))
  const none = emptyDocument(base)
  return [
    ...(area.length === 0
      ? []
      : ([
          { kind: 'area', base, at: 0, from: [], to: frameArea(area, frame, picture) },
          { kind: 'rim', base, from: none.rim, to: rim },
        ] as const)),
    ...inside.map((mark) => ({ kind: 'mark', base, id: mark.id, to: frameMark(mark, frame, picture) }) as const),
  ]
}
