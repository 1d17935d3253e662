import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Moon, Sun } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Count } from '#app/header.tsx'
import type { ImageMarks } from '#domain/marks.ts'
import type { Picture } from '#domain/picture.ts'
import { TileMarks } from '#gallery/tile-marks.tsx'
import { LimitClock } from '#runs/limit-clock.tsx'
import { Button } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { fakePictureWorkers, imageFile, renderForm } from '../support/render-compose.tsx'
import { translatePage } from '../support/translator.ts'

let stop = () => {}
beforeEach(emptyWorkspace)
afterEach(() => {
  stop()
  stop = () => {}
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Waits until the translation has processed the rendered text. */
const settle = () => act(() => Promise.resolve())

describe('a page that the browser translates goes on (E2)', () => {
  test('the form: words, sources, models, submit', async () => {
    fakePictureWorkers()
    const { show, sent } = await renderForm()
    show()
    stop = translatePage()
    const prompt = screen.getByRole('textbox', { name: 'Prompt' })
    for (const text of ['A fox', '', 'x'.repeat(4_990), 'x'.repeat(5_012), 'A fox in the snow']) {
      fireEvent.change(prompt, { target: { value: text } })
      await settle()
    }
    await userEvent.upload(screen.getByLabelText('Add images'), imageFile('street.png'))
    await waitFor(() => expect(screen.getByRole('button', { name: /^Edit/ })).toBeVisible())
    await waitFor(() => expect(useWorkspace.getState().sources['flux-kontext']).toHaveLength(1))
    await userEvent.click(screen.getByRole('button', { name: 'Remove image 1' }))
    await waitFor(() => expect(screen.getByRole('button', { name: /^Generate/ })).toBeVisible())
    await userEvent.click(screen.getByRole('tab', { name: 'Flux 2' }))
    await settle()
    await userEvent.click(screen.getByRole('tab', { name: 'Flux Kontext' }))
    await userEvent.click(screen.getByRole('button', { name: /^Generate/ }))
    await waitFor(() => expect(sent).toHaveLength(1))
    fireEvent.change(screen.getByRole('textbox', { name: 'Prompt' }), { target: { value: '' } })
    await settle()
    await userEvent.click(screen.getByRole('button', { name: /^Generate/ }))
    expect(await screen.findByText('Write what you want to see.'), 'what changes is shown').toBeVisible()
  })

  const markedAs = (marks: Omit<ImageMarks, 'changedAt'>) => ({ marks }) as unknown as Picture

  const Changing = ({ from, to }: { from: ReactNode; to: ReactNode }) => {
    const [isLater, setIsLater] = useState(false)
    return (
      <>
        <p data-testid="shown">{isLater ? to : from}</p>
        <button type="button" aria-label="later" onClick={() => setIsLater(!isLater)} />
      </>
    )
  }

  test.each<[string, ReactNode, ReactNode, string]>([
    [
      'a button with another icon',
      <Button key="a" icon={Sun}>
        Light
      </Button>,
      <Button key="a" icon={Moon}>
        Light
      </Button>,
      'Light',
    ],
    [
      'a button that gets an icon',
      <Button key="a">Light</Button>,
      <Button key="a" icon={Moon}>
        Dark
      </Button>,
      'Dark',
    ],
    [
      'marks of a tile that come and go',
      <TileMarks key="a" picture={markedAs({ star: true })} isPicked={false} />,
      <TileMarks key="a" picture={markedAs({ rating: 3, reject: true, note: 'sky' })} isPicked={false} />,
      '3',
    ],
    ['a count', <Count key="a" value={1} />, <Count key="a" value={2} />, '2 running'],
    [
      'a limit that is over',
      <LimitClock key="a" freeAt={Date.now() + 60_000} />,
      <LimitClock key="a" freeAt={0} />,
      'You can try again.',
    ],
  ])('%s', async (_, from, to, words) => {
    render(<Changing from={from} to={to} />)
    stop = translatePage()
    await settle()
    for (let times = 0; times < 3; times += 1) {
      await userEvent.click(screen.getByRole('button', { name: 'later' }))
      await settle()
    }
    expect(screen.getByTestId('shown')).toHaveTextContent(words)
  })
})

test('no component adds and removes a bare text beside other content: a translation has replaced it (E2)', () => {
  const components = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.tsx'))
  expect(components.length).toBeGreaterThan(100)
  const found = components.flatMap((path) =>
    readFileSync(join('src', path), 'utf8')
      .split('\n')
      // A child of an element, on a line of its own: {condition && 'text'}.
      .filter((line) => /^\s*\{.+ && (['`]).*\1\}$/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})
