import { describe, expect, it } from 'vitest'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Origin, Picture } from '#domain/picture.ts'
import { describePicture, fileNameOf, gatewayOf } from '#library/picture-words.ts'

const createdAt = new Date(2026, 10, 21, 14, 5).getTime()
const made: Origin = {
  kind: 'made',
  run: 'run-1' as RunId,
  recipe: { family: 'flux-kontext', draft: {}, sources: [] },
  model: 'Flux Kontext Pro',
  provider: 'kie-kontext',
  task: { provider: 'kie-kontext', taskId: 'task-1' as TaskId },
  index: 0,
  durationMs: 1,
  simulated: true,
}

function picture(prompt: string, origin: Origin = made): Picture {
  const id = 'p1' as PictureId
  const size = { mime: 'image/png', width: 1024, height: 768, sizeBytes: 1 } as const
  return { id, shelf: 'gallery', createdAt, prompt, ...size, parents: [], origin }
}

describe('the gateway of a picture', () => {
  it('is shown if it is recorded, which it is not for older images', () => {
    expect(gatewayOf(picture('A red fox', { ...made, gateway: 'apikley' }))).toBe('via Apikley')
    expect(gatewayOf(picture('A red fox', { ...made, gateway: 'kie' }))).toBe('via KIE')
    expect(gatewayOf(picture('A red fox'))).toBeUndefined()
  })
})

describe('the name of a download', () => {
  it('is made of prompt, model and day', () => {
    expect(fileNameOf(picture('A red fox'), 'png')).toMatch(/^a-red-fox-flux-kontext-pro-2026-11-21-[a-z0-9]{6}\.png$/)
  })

  it('differs for images of one prompt, and stays the same for the same image (B10)', () => {
    const eight = Array.from({ length: 8 }, (_, index) => ({
      ...picture('A red fox'),
      id: `run-1-${index}` as PictureId,
    }))
    const names = eight.map((image) => fileNameOf(image, 'png'))
    expect(new Set(names).size).toBe(8)
    expect(eight.map((image) => fileNameOf(image, 'png'))).toEqual(names)
  })

  it('keeps whole words of a long prompt', () => {
    const name = fileNameOf(picture('Three glazed vases and a pear on a plaster shelf, soft window light'), 'jpg')
    expect(name).toMatch(
      /^three-glazed-vases-and-a-pear-on-a-plaster-shelf-flux-kontext-pro-2026-11-21-[a-z0-9]{6}\.jpg$/,
    )
  })

  it('keeps letters of every script and no characters that file systems forbid', () => {
    expect(fileNameOf(picture('Été: "лиса йети" / ..\\x?'), 'png')).toMatch(
      /^ete-лиса-йети-x-flux-kontext-pro-2026-11-21-[a-z0-9]{6}\.png$/,
    )
    expect(fileNameOf(picture('बर्फ में हिरण'), 'png')).toMatch(
      /^बर्फ-में-हिरण-flux-kontext-pro-2026-11-21-[a-z0-9]{6}\.png$/,
    )
    expect(fileNameOf(picture('***'), 'png')).toMatch(/^image-flux-kontext-pro-2026-11-21-[a-z0-9]{6}\.png$/)
    expect(fileNameOf(picture('w'.repeat(300)), 'png').length).toBeLessThan(100)
  })

  it('of a dropped picture is made of its own name', () => {
    const origin: Origin = { kind: 'dropped', fileName: 'IMG_2041.HEIC', notes: [] }
    expect(fileNameOf(picture('IMG_2041.HEIC', origin), 'jpg')).toMatch(/^img-2041-2026-11-21-[a-z0-9]{6}\.jpg$/)
  })
})

describe('the accessible name of a picture', () => {
  it('begins with the prompt and says that it is simulated', () => {
    expect(describePicture(picture('A red fox'), createdAt)).toBe(
      'A red fox, Flux Kontext Pro, 1,024 × 768, Today, 14:05, simulated',
    )
  })
})
