import 'fake-indexeddb/auto'
import { fireEvent, render, screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { ActKeys } from '#acts/act-keys.tsx'
import { askFor } from '#acts/asked-dialog.ts'
import { DialogPlace } from '#acts/dialog-place.tsx'
import { ExportPlace } from '#acts/export-place.tsx'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Origin } from '#domain/picture.ts'
import type { BatchPlace, Recipe, Run } from '#domain/run.ts'
import type { Generator } from '#generation/generator.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { Announcer } from '#ui/announce.tsx'
import { NoticeBoard } from '#ui/notice-board.tsx'
import { newPicture } from './gallery-records.ts'
import { paintedImage } from './images.ts'
import { emptyWorkspace, inPage } from './in-page.tsx'
import { addLayout } from './layout.ts'
import { nodeProcessor } from './node-processor.ts'

addLayout()

let galleries = 0
const task = { provider: 'kie-kontext', taskId: 'task-7' as TaskId }

export function openTestGallery(): Promise<GalleryStore> {
  galleries += 1
  emptyWorkspace()
  // A dialog stays open after the screens of a test are removed.
  askFor(undefined)
  return openGallery({ name: nameOfGallery(), processor: nodeProcessor })
}

/** The database of the gallery that was opened last. */
export const nameOfGallery = () => `gallery-${galleries}`

/** Renders screens over a real store. `asked` collects their calls to the generator: "stop run-1". `own`: its results. */
export function renderOver(store: GalleryStore, screens: ReactNode, own: Partial<Generator> = {}) {
  const asked: string[] = []
  const note = (act: string) => (run: Run) => void asked.push(`${act} ${run.id}`)
  const generator: Generator = {
    generate: async () => true,
    generateBatch: async () => [],
    question: () => undefined,
    again: note('again'),
    standIn: note('standIn'),
    stop: note('stop'),
    look: (run, how) => note(how?.freshLink ? 'freshen' : 'look')(run),
    fetch: async () => [],
    adopt: async () => ({ known: true }),
    remove: note('remove'),
    dismiss: note('dismiss'),
    resume: async () => undefined,
    close: () => undefined,
    ...own,
  }
  render(
    inPage(
      <>
        <ActKeys isSoon />
        {screens}
        <ExportPlace />
        <DialogPlace />
        <NoticeBoard />
        <Announcer />
      </>,
      { store, generator },
    ),
  )
  return { asked }
}

export function recipeOf(prompt: string, draft: Recipe['draft'] = {}, sources: readonly string[] = []): Recipe {
  return { family: 'flux-kontext', draft: { prompt, model: 'pro', ...draft }, sources: sources as PictureId[] }
}

/** Closes notices, which stay after the screens that caused them are removed. */
export function closeNotices() {
  for (const button of screen.queryAllByRole('button', { name: 'Close notice' })) fireEvent.click(button)
}

interface Made {
  prompt: string
  createdAt: number
  parents?: readonly string[]
  simulated?: boolean
  width?: number
  height?: number
  batch?: BatchPlace
}

/** A saved image, made by its own run. */
export async function keep(store: GalleryStore, id: string, made: Made) {
  const { prompt, createdAt, parents = [], simulated = false, width = 40, height = 30, batch } = made
  const origin: Origin = {
    kind: 'made',
    run: `run-of-${id}` as RunId,
    recipe: recipeOf(prompt, { safetyTolerance: 1 }, parents),
    model: 'Flux Kontext Pro',
    provider: 'kie-kontext',
    task,
    index: 0,
    durationMs: 8000,
    simulated,
    asked: '16:9',
  }
  const about = { prompt, createdAt, parents: parents as PictureId[], origin, ...(batch ? { batch } : {}) }
  return store.addPicture(newPicture(id, await paintedImage('png', { width, height }), about))
}

export const gridcell = {
  find: (name: RegExp) => screen.findByRole('gridcell', { name }),
  all: () => screen.queryAllByRole('gridcell'),
  names: () => screen.queryAllByRole('gridcell').map((cell) => cell.getAttribute('aria-label') ?? ''),
  button: (cell: HTMLElement, name: RegExp | string) => within(cell).getByRole('button', { name }),
}
