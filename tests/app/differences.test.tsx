import { render, screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Draft } from '#domain/run.ts'
import { Differences } from '#stage/differences.tsx'

function image(prompt: string, model: string, draft: Draft): Picture {
  return {
    id: prompt as PictureId,
    shelf: 'gallery',
    createdAt: 0,
    prompt,
    mime: 'image/png',
    width: 1024,
    height: 768,
    sizeBytes: 1,
    parents: [],
    origin: {
      kind: 'made',
      run: 'run' as RunId,
      recipe: { family: 'flux-kontext', draft: { prompt, ...draft }, sources: [] },
      model,
      provider: 'kie-kontext',
      task: { provider: 'kie-kontext', taskId: 'task' as TaskId },
      index: 0,
      durationMs: 1,
      simulated: false,
    },
  }
}

const rows = () => screen.getAllByRole('row').map(({ textContent }) => textContent)
const words = (tag: 'del' | 'ins') => [...document.querySelectorAll(tag)].map(({ textContent }) => textContent?.trim())

describe('the differences of two images', () => {
  it('are the settings that are not the same, and the words of the prompts', () => {
    const a = image('a red fox in snow', 'Flux Kontext Pro', { model: 'pro', aspectRatio: '16:9' })
    const b = image('a red heron in deep snow', 'Flux Kontext Max', { model: 'max', aspectRatio: '1:1' })
    render(<Differences a={a} b={b} />)
    expect(rows()).toEqual(['SettingAB', 'ModelFlux Kontext ProFlux Kontext Max', 'Aspect ratio16:91:1'])
    expect(words('del')).toEqual(['fox'])
    expect(words('ins')).toEqual(['heron', 'deep'])
    expect(within(screen.getByRole('region', { name: 'Prompts' })).getAllByText(/snow/)).toHaveLength(1)
  })

  it('says so if there are none', () => {
    const same = image('a red fox', 'Flux Kontext Pro', { model: 'pro' })
    render(<Differences a={same} b={same} />)
    expect(screen.getByText('Made with the same settings.')).toBeVisible()
    expect(screen.getByText('The prompts are the same.')).toBeVisible()
  })

  it('show both prompts if they have little in common', () => {
    const a = image('a red fox', 'Flux Kontext Pro', { model: 'pro' })
    render(<Differences a={a} b={image('glass bottles on marble', 'Flux Kontext Pro', { model: 'pro' })} />)
    expect(screen.getByText('glass bottles on marble')).toBeVisible()
    expect([words('del'), words('ins')]).toEqual([[], []])
  })

  it('are shown word by word in a language without spaces', () => {
    const a = image('清晨宁静的港口', 'Flux Kontext Pro', { model: 'pro' })
    const b = image('黄昏宁静的港口', 'Flux Kontext Pro', { model: 'pro' })
    render(<Differences a={a} b={b} />)
    expect([words('del'), words('ins')]).toEqual([['清晨'], ['黄昏']])
  })
})
