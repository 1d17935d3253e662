import 'fake-indexeddb/auto'
import { type RenderOptions, render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { vi } from 'vitest'
import { Compose } from '#compose/compose.tsx'
import type { PictureId } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import type { Generator } from '#generation/generator.ts'
import type { PrepareReply } from '#imaging/prepare-worker.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { openGallery } from '#store/gallery-store.ts'
import { Announcer } from '#ui/announce.tsx'
import { NoticeBoard } from '#ui/notice-board.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { inPage } from './in-page.tsx'
import { createPixelProcessor } from './light-images.ts'

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

const pixelBytes = () => Uint8Array.from(atob(pixel), (letter) => letter.charCodeAt(0))

/** Stores files unchanged, because there is no decoder outside a browser. */
const processor = createPixelProcessor({ width: 800, height: 600 })

let galleries = 0

/**
 * Renders the Create column, or another form, over a real store and workspace. `sent` collects the recipes that would be
 * run, in order.
 */
export async function renderForm(own: Partial<Generator> = {}, form: ReactNode = <Compose />) {
  galleries += 1
  const store = await openGallery({ name: `form-${galleries}`, processor })
  const sent: Recipe[] = []
  const generator = {
    generate: async (recipe: Recipe) => sent.push(recipe) > 0,
    question: () => undefined,
    ...own,
  } as Generator
  const element = inPage(
    <>
      {form}
      <NoticeBoard />
      <Announcer />
    </>,
    { store, generator },
  )

  /** Adds images to the store, and to a family's form if one is given. */
  async function keep(names: readonly string[], family?: string): Promise<PictureId[]> {
    const ids = names.map((name) => `${name}-${galleries}` as PictureId)
    for (const [index, id] of ids.entries()) {
      await store.addPicture({
        id,
        shelf: 'sources',
        createdAt: index,
        prompt: `${names[index]}.jpg`,
        parents: [],
        origin: { kind: 'dropped', fileName: `${names[index]}.jpg`, notes: ['Turned upright'] },
        bytes: new Blob([pixelBytes()]),
      })
    }
    if (family) useWorkspace.getState().setSources(family, ids)
    return ids
  }

  return { store, sent, keep, show: (options?: RenderOptions) => render(element, options) }
}

/**
 * A fake of the worker that reads images. A file with the text "bad" is refused, one with "slow" waits until `finish`
 * is called, all others are accepted.
 */
export function fakePictureWorkers() {
  const waiting: (() => void)[] = []
  let ended = 0
  const facts = {
    mime: 'image/png',
    width: 800,
    height: 600,
    orientation: 1,
    profile: 'srgb',
    hasAlpha: false,
  } as const
  const fine = async (file: Blob): Promise<PrepareReply> => {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const thumbnail = new Blob([pixelBytes()], { type: 'image/png' })
    return { kind: 'read', read: { bytes: file, facts, sha256: await sha256Of(bytes), thumbnail, notes: [] } }
  }

  class PictureWorker extends EventTarget {
    async postMessage({ file }: { file: Blob }) {
      const text = await file.text()
      if (text === 'slow') await new Promise<void>((resolve) => waiting.push(resolve))
      const data: PrepareReply =
        text === 'bad' ? { kind: 'refused', reason: 'holds text, not an image.' } : await fine(file)
      this.dispatchEvent(new MessageEvent('message', { data }))
    }
    terminate() {
      ended += 1
    }
  }
  vi.stubGlobal('Worker', PictureWorker)
  return {
    finish() {
      for (const resolve of waiting.splice(0)) resolve()
    },
    /** Number of workers that were terminated. */
    ended: () => ended,
  }
}

export function imageFile(name: string, content = 'fine'): File {
  return new File([content], name, { type: 'image/png' })
}

/** The data of a drop or a paste. */
export function transferOf(files: readonly File[], texts: Readonly<Record<string, string>> = {}): DataTransfer {
  const types = [...(files.length > 0 ? ['Files'] : []), ...Object.keys(texts)]
  const items = files.map((file) => ({ kind: 'file', type: file.type, getAsFile: () => file }))
  return {
    files,
    items,
    types,
    getData: (type: string) => texts[type] ?? '',
    dropEffect: 'none',
  } as unknown as DataTransfer
}
