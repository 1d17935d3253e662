import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MoreHorizontal } from 'lucide-react'
import { createRef } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closeAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { StorageSettings } from '#app/storage-settings.tsx'
import { PromptField } from '#compose/prompt-field.tsx'
import { createBrowserRunner } from '#generation/browser-runner.ts'
import { flux2 } from '#models/flux-2.ts'
import { saveFile } from '#platform/save-file.ts'
import { Dialog } from '#ui/dialog.tsx'
import { Menu } from '#ui/menu.tsx'
import { TextField } from '#ui/text-field.tsx'
import { useToday } from '#ui/use-today.ts'
import tailwind from '../../tailwind.config.ts'
import { emptyWorkspace, renderWith } from '../support/in-page.tsx'

beforeEach(emptyWorkspace)
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a dialog (C10)', () => {
  const openDialog = () => {
    const close = vi.fn()
    render(
      <Dialog open title="Settings" onClose={close}>
        <p>some words</p>
      </Dialog>,
    )
    return { close, dialog: screen.getByRole('dialog'), words: screen.getByText('some words') }
  }

  test('stays open when a selection of text ends on its backdrop', () => {
    const { close, dialog, words } = openDialog()
    fireEvent.mouseDown(words)
    fireEvent.mouseUp(dialog)
    fireEvent.click(dialog)
    expect(close).not.toHaveBeenCalled()
  })

  test('closes by a whole press on the backdrop', () => {
    const { close, dialog } = openDialog()
    fireEvent.mouseDown(dialog)
    fireEvent.click(dialog)
    expect(close).toHaveBeenCalledTimes(1)
  })
})

test('Escape in a menu closes the menu, not the dialog below it (C10)', async () => {
  const closed = vi.fn()
  function Page() {
    useActKey(closeAct, closed)
    return <Menu label="Image menu" icon={MoreHorizontal} items={[{ label: 'Copy', onSelect: () => undefined }]} />
  }
  render(<Page />)
  await userEvent.click(screen.getByRole('button', { name: 'Image menu' }))
  await waitFor(() => expect(screen.getByRole('menuitem', { name: 'Copy' })).toHaveFocus())
  await userEvent.keyboard('{Escape}')
  expect(closed).not.toHaveBeenCalled()
  await userEvent.click(document.body)
  await userEvent.keyboard('{Escape}')
  expect(closed).toHaveBeenCalledTimes(1)
})

test('a day begins at midnight, without a reload (C10)', async () => {
  vi.useFakeTimers({ now: new Date(2026, 10, 26, 23, 59, 30) })
  const Today = () => <p>{new Date(useToday()).getDate()}</p>
  render(<Today />)
  expect(screen.getByText('26')).toBeVisible()
  await act(() => vi.advanceTimersByTimeAsync(31_000))
  expect(screen.getByText('27')).toBeVisible()
})

test('a demo beside the real page has locks and channels of its own (C10)', () => {
  const names: string[] = []
  class Channel extends EventTarget {
    constructor(name: string) {
      super()
      names.push(name)
    }
    postMessage() {}
  }
  vi.stubGlobal('BroadcastChannel', Channel)
  vi.stubGlobal('navigator', { locks: { request: async () => undefined } })
  const ports = {} as Parameters<typeof createBrowserRunner>[0]
  createBrowserRunner(ports)
  createBrowserRunner(ports, 'atelier-demo')
  expect(names.sort()).toEqual(['atelier-demo-events', 'atelier-demo-runs', 'atelier-events', 'atelier-runs'])
})

test('the address of a download stays valid while the system asks where to save it (F10)', () => {
  vi.useFakeTimers()
  const revoked = vi.fn()
  vi.stubGlobal(
    'URL',
    Object.assign(class extends URL {}, { createObjectURL: () => 'blob:1', revokeObjectURL: revoked }),
  )
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  saveFile(new Blob(['a']), 'a.png')
  vi.advanceTimersByTime(30 * 60_000)
  expect(revoked).not.toHaveBeenCalled()
  vi.advanceTimersByTime(60 * 60_000)
  expect(revoked).toHaveBeenCalledWith('blob:1')
})

describe('the prompt', () => {
  const show = () => {
    const field = createRef<HTMLTextAreaElement>()
    const ignore = () => undefined
    const given = { ref: field, value: 'words', family: flux2, sourceCount: 0, sources: [] }
    const acts = { onChange: ignore, onExample: ignore }
    render(<PromptField {...given} {...acts} />)
    return screen.getByRole('textbox', { name: 'Prompt' })
  }

  test('runs in the direction of what is written (E6)', () => {
    expect(show()).toHaveAttribute('dir', 'auto')
  })
})

test('all fonts come with the system, so a build looks the same with and without others installed (C11)', () => {
  const systems = [
    ...['system-ui', '-apple-system', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'Arial', 'sans-serif'],
    ...['ui-monospace', 'SF Mono', 'Menlo', 'Consolas', 'monospace'],
  ]
  const named = Object.values(tailwind.theme.fontFamily).flat()
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !systems.includes(name))).toEqual([])
  const styles = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'))
  expect(
    styles.filter((path) => /font-family:(?! inherit;)|@font-face/.test(readFileSync(join('src', path), 'utf8'))),
  ).toEqual([])
})

test('every field for words runs in the direction of what is written (E6)', () => {
  render(<TextField label="Name" value="שלום" onChange={() => undefined} />)
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveAttribute('dir', 'auto')
  const tags = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.tsx') && !path.endsWith('text-field.tsx'))
    .flatMap((path) => readFileSync(join('src', path), 'utf8').match(/<(?:textarea|input)\s[\s\S]*?\/>/g) ?? [])
  const fields = tags.filter((tag) => tag.startsWith('<textarea') || /type="(text|search)"/.test(tag))
  expect(fields.length).toBeGreaterThanOrEqual(4)
  expect(fields.filter((field) => !field.includes('dir="auto"'))).toEqual([])
})

describe('storage settings', () => {
  const show = (vendor: string, storage: object) => {
    vi.stubGlobal('navigator', { vendor, storage })
    renderWith(async () => Response.json({}), <StorageSettings />)
  }

  test('warn of the seven days after which Safari deletes (F8)', async () => {
    show('Apple Computer, Inc.', { estimate: async () => ({ usage: 5, quota: 100 }), persisted: async () => false })
    expect(await screen.findByText(/after 7 days without a visit .* Home Screen or in the Dock/)).toBeVisible()
  })

  test('show no meter where the browser does not measure (F4)', async () => {
    show('Apple Computer, Inc.', { persisted: async () => false })
    expect(await screen.findByText(/Not protected/)).toBeVisible()
    expect(screen.queryByText(/of about/)).toBeNull()
  })
})
