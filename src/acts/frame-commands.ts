import { type Frame, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { GalleryStore } from '#store/store.ts'
import { draftOf } from '#workspace/composition.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { documentOf, takeAsSource } from './edited-source.ts'
import { undoable } from './undoable.ts'

/** Added to the prompt when an image is extended; the user can edit it there. */
export const extensionWords =
  'Continue the scene into the blank border so that it fills the whole frame. ' +
  'The existing image keeps its place, size and every detail.'

/**
 * Sets how an image is cropped, turned or extended when it is sent; `undefined`: not at all. The image itself is unchanged. An
 * extended image becomes the first source, and a sentence about it is added to the prompt.
 */
export function setFrame(store: GalleryStore, base: PictureId, frame: Frame | undefined): void {
  const document = documentOf(base)
  const label = frame?.pad ? 'extend' : frame ? 'crop when sent' : 'remove crop'
  undoable(store, label, () => {
    if (frame?.pad) takeAsSource(base)
    useWorkspace.getState().edit({ ...document, frame: frame ?? plainFrame })
    askForExtension(frame?.pad !== undefined)
  })
}

function askForExtension(isExtended: boolean): void {
  const { family, drafts, editDraft } = useWorkspace.getState()
  const prompt = String(draftOf(drafts, family).prompt ?? '')
  const isAsked = prompt.includes(extensionWords)
  if (isAsked === isExtended) return
  const others = prompt.replace(extensionWords, '').trim()
  const asking = others === '' ? extensionWords : `${others}${/[.!?…]$/.test(others) ? '' : '.'} ${extensionWords}`
  editDraft(family, { prompt: isExtended ? asking : others })
}
