import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { imageCommandsOf } from '#acts/image-commands.ts'
import { offerReuse } from '#acts/reuse-found.ts'
import type { FoundRecipe } from '#domain/found-recipe.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { findFamily } from '#models/catalogue.ts'
import type { GalleryStore } from '#store/store.ts'
import { NoticeBoard } from '#ui/notice-board.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { newPicture } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { closeNotices, keep, openTestGallery } from '../support/render-gallery.tsx'

let store: GalleryStore

beforeEach(async () => {
  store = await openTestGallery()
})
afterEach(() => {
  closeNotices()
  vi.restoreAllMocks()
})

async function imported(found: FoundRecipe): Promise<Picture> {
  const origin = { kind: 'dropped', fileName: 'owl.png', notes: [], found } as const
  return store.addPicture(newPicture('owl', await paintedImage('png'), { origin, prompt: 'owl.png' }))
}

const draft = () => useWorkspace.getState().drafts[useWorkspace.getState().family]

describe('a file that says how it was made', () => {
  it('offers its prompt when it comes in, and fills the form only when asked', async () => {
    const owl = await imported({
      program: 'ComfyUI',
      prompt: 'an owl',
      model: 'sdxl.safetensors',
      width: 1152,
      height: 896,
    })
    useWorkspace.getState().adjust({})
    render(<NoticeBoard />)
    offerReuse(store, owl)
    expect(await screen.findByText('Image added. It holds a prompt from ComfyUI.')).toBeVisible()
    expect(draft()?.prompt ?? '').toBe('')
    await userEvent.click(screen.getByRole('button', { name: 'Reuse prompt and settings' }))
    await waitFor(() => expect(draft()).toMatchObject({ prompt: 'an owl', aspectRatio: '4:3' }))
    expect(await screen.findByText(/Its model was sdxl.safetensors; choose one here/)).toBeVisible()
  })

  it('of our own gives family and settings back, with those sources that are here', async () => {
    await keep(store, 'fox', { prompt: 'a fox', createdAt: 1_000 })
    const recipe = JSON.stringify({
      family: 'flux-2',
      draft: { prompt: 'an owl', model: 'flex', size: '2K', hostile: { deep: true } },
      sources: ['fox', 'not-here', 7],
      edits: [{ document: 'no edit' }],
    })
    const owl = await imported({ program: 'Atelier', prompt: 'an owl', recipe })
    imageCommandsOf(store).reuse(owl)
    await waitFor(() => expect(useWorkspace.getState().family).toBe('flux-2'))
    expect(draft()).toMatchObject({ prompt: 'an owl', model: 'flex', size: '2K' })
    expect(draft()).not.toHaveProperty('hostile')
    expect(useWorkspace.getState().sources['flux-2']).toEqual(['fox'] as unknown as PictureId[])
    expect(useWorkspace.getState().edits).toEqual({})
  })

  it('I14 fills in only fields of the form: a task, an address or a callback in a file is ignored', async () => {
    const asked = vi.spyOn(globalThis, 'fetch')
    const recipe = JSON.stringify({
      family: 'flux-2',
      draft: { prompt: 'an owl', size: '2K', callBackUrl: 'https://elsewhere.test/', taskId: 'task-9' },
      sources: [],
      proxy: 'https://elsewhere.test/api',
      task: { provider: 'kie-jobs', taskId: 'task-9' },
    })
    const owl = await imported({ program: 'Atelier', prompt: 'an owl', recipe })
    imageCommandsOf(store).reuse(owl)
    await waitFor(() => expect(useWorkspace.getState().family).toBe('flux-2'))
    const body = JSON.stringify(findFamily('flux-2')?.toBody(draft() ?? {}, []))
    expect(body).toContain('an owl')
    for (const word of ['elsewhere.test', 'task-9']) expect(body).not.toContain(word)
    expect(asked).not.toHaveBeenCalled()
    expect(await store.recentRuns(9)).toEqual([])
  })

  it.each(['', '{', '[]', '{"family":"none","draft":{}}', '{"family":"flux-2","draft":null}', '['.repeat(5_000)])(
    'with a damaged recipe %# gives its prompt alone',
    async (recipe) => {
      const owl = await imported({ program: 'Atelier', prompt: 'an owl', recipe })
      const { family } = useWorkspace.getState()
      imageCommandsOf(store).reuse(owl)
      await waitFor(() => expect(draft()?.prompt).toBe('an owl'))
      expect(useWorkspace.getState().family).toBe(family)
    },
  )
})
