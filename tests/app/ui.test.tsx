import { act, fireEvent, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Star, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useActKey } from '#acts/use-act-key.ts'
import { Announcer, announce } from '#ui/announce.tsx'
import { IconButton } from '#ui/button.tsx'
import { Dialog } from '#ui/dialog.tsx'
import { Divider } from '#ui/divider.tsx'
import { describeDuration, Elapsed } from '#ui/elapsed.tsx'
import { Menu } from '#ui/menu.tsx'
import { NoticeBoard } from '#ui/notice-board.tsx'
import { notify } from '#ui/notices.tsx'
import { notifyLater } from '#ui/notify-later.ts'
import { Range } from '#ui/range.tsx'
import { Segments } from '#ui/segments.tsx'
import { describeShortcut } from '#ui/shortcut.ts'
import { Switch } from '#ui/switch.tsx'
import { Tabs } from '#ui/tabs.tsx'
import { TextField } from '#ui/text-field.tsx'
import { Tooltips } from '#ui/tooltips.tsx'

const options = ['1:1', '16:9', 'Match input'].map((label) => ({ value: label, label }))

function Ratio() {
  const [value, setValue] = useState('1:1')
  return <Segments label="Aspect ratio" shape="ratio" value={value} options={options} onChange={setValue} />
}

describe('choices', () => {
  it('are radios named by their labels, in a group named by its own', async () => {
    render(<Ratio />)
    const group = screen.getByRole('radiogroup', { name: 'Aspect ratio' })
    expect(within(group).getAllByRole('radio')).toHaveLength(3)
    await userEvent.click(within(group).getByRole('radio', { name: '16:9' }))
    expect(within(group).getByRole('radio', { name: '16:9' })).toBeChecked()
    expect(within(group).getByRole('radio', { name: '1:1' })).not.toBeChecked()
  })

  it('move with the arrow keys', async () => {
    render(<Ratio />)
    screen.getByRole('radio', { name: '1:1' }).focus()
    await userEvent.keyboard('{ArrowRight}')
    expect(screen.getByRole('radio', { name: '16:9' })).toBeChecked()
  })

  it('show the note of the chosen option only', () => {
    const noted = [
      { value: 'a', label: 'A', note: 'Slow.' },
      { value: 'b', label: 'B', note: 'Dear.' },
    ]
    render(<Segments label="Model" value="b" options={noted} onChange={() => undefined} />)
    expect(screen.getByRole('radiogroup', { name: 'Model' })).toHaveAccessibleDescription('Dear.')
    expect(screen.queryByText('Slow.')).toBeNull()
  })

  it('of a range tell their limits, and say why a value was lowered', () => {
    const change = vi.fn()
    const about = {
      label: 'Safety tolerance',
      min: 0,
      max: 2,
      step: 1,
      low: 'strict',
      high: 'open',
      note: 'Lowered to 2.',
    }
    render(<Range {...about} value={2} onChange={change} />)
    const slider = screen.getByRole('slider', { name: 'Safety tolerance' })
    expect(slider).toHaveAttribute('min', '0')
    expect(slider).toHaveAttribute('max', '2')
    expect(slider).toHaveValue('2')
    expect(slider).toHaveAccessibleDescription('Lowered to 2.')
    fireEvent.change(slider, { target: { value: '1' } })
    expect(change).toHaveBeenCalledWith(1)
  })

  it('between on and off are switches, the hint apart from the name', async () => {
    const change = vi.fn()
    render(<Switch label="Content filter" checked={false} hint="Refuses more." onChange={change} />)
    const toggle = screen.getByRole('switch', { name: 'Content filter' })
    expect(toggle).toHaveAccessibleDescription('Refuses more.')
    await userEvent.click(screen.getByText('Content filter'))
    expect(change).toHaveBeenCalledWith(true)
  })
})

describe('a text field', () => {
  it('says what is wrong with its text in place of the hint', () => {
    render(
      <TextField
        label="Proxy address"
        value="x"
        hint="As in the browser."
        error="No address."
        onChange={() => undefined}
      />,
    )
    const field = screen.getByRole('textbox', { name: 'Proxy address' })
    expect(field).toBeInvalid()
    expect(field).toHaveAccessibleDescription('No address.')
  })
})

const families = [
  { id: 'one', title: 'Flux Kontext' },
  { id: 'two', title: 'Flux 2' },
]

function Families() {
  const [value, setValue] = useState('one')
  return <Tabs label="Models" value={value} tabs={families} onChange={setValue} />
}

describe('tabs', () => {
  it('take one stop of the Tab key and move with arrows, around the ends', async () => {
    render(<Families />)
    await userEvent.tab()
    expect(screen.getByRole('tab', { name: 'Flux Kontext' })).toHaveFocus()
    await userEvent.keyboard('{ArrowLeft}')
    const last = screen.getByRole('tab', { name: 'Flux 2', selected: true })
    expect(last).toHaveFocus()
    expect(last).toHaveAttribute('aria-controls', 'panel-two')
    await userEvent.tab()
    expect(screen.getByRole('tab', { name: 'Flux Kontext' })).not.toHaveFocus()
  })
})

describe('a menu', () => {
  const bin = vi.fn()
  const items = [
    { label: 'Star', icon: Star, onSelect: () => undefined },
    { label: 'Move to bin', icon: Trash2, danger: true, shortcut: 'x', onSelect: bin },
  ]

  it('opens on its first item, moves with arrows and carries out the chosen one', async () => {
    render(<Menu label="More" icon={Star} items={items} />)
    await userEvent.click(screen.getByRole('button', { name: 'More' }))
    expect(screen.getByRole('menuitem', { name: 'Star' })).toHaveFocus()
    await userEvent.keyboard('{ArrowUp}')
    expect(screen.getByRole('menuitem', { name: 'Move to bin' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    expect(bin).toHaveBeenCalledOnce()
    expect(screen.getByRole('button', { name: 'More' })).toHaveAttribute('aria-expanded', 'false')
  })

  it('has groups with headings, through which arrows move as through one list', async () => {
    const [star, trash] = items
    render(
      <Menu
        label="More"
        icon={Star}
        items={[{ heading: 'Judge', items: star ? [star] : [] }, ...(trash ? [trash] : [])]}
      />,
    )
    await userEvent.click(screen.getByRole('button', { name: 'More' }))
    const group = within(screen.getByRole('group', { name: 'Judge' }))
    expect(group.getByRole('menuitem', { name: 'Star' })).toHaveFocus()
    await userEvent.keyboard('{ArrowDown}')
    expect(screen.getByRole('menuitem', { name: 'Move to bin' })).toHaveFocus()
    await userEvent.keyboard('{ArrowDown}')
    expect(group.getByRole('menuitem', { name: 'Star' })).toHaveFocus()
  })
})

describe('a divider', () => {
  it('tells its width and keeps within its limits', async () => {
    const change = vi.fn()
    render(<Divider label="Resize Create" side="left" value={412} min={360} max={420} onChange={change} />)
    const divider = screen.getByRole('separator', { name: 'Resize Create' })
    expect(divider).toHaveAttribute('aria-valuenow', '412')
    divider.focus()
    await userEvent.keyboard('{ArrowRight}{ArrowLeft}{Home}')
    expect(change.mock.calls).toEqual([[420], [396], [360]])
  })

  it('grows the column on its right when it goes left', () => {
    const change = vi.fn()
    render(<Divider label="Resize Gallery" side="right" value={400} min={320} max={560} onChange={change} />)
    const divider = screen.getByRole('separator')
    divider.setPointerCapture = () => undefined
    fireEvent.pointerDown(divider, { button: 0, clientX: 1000 })
    fireEvent.pointerMove(divider, { clientX: 970 })
    fireEvent.pointerUp(divider)
    fireEvent.pointerMove(divider, { clientX: 900 })
    expect(change.mock.calls).toEqual([[430]])
  })
})

describe('a dialog', () => {
  it('is named by its title and leaves closing to its owner', async () => {
    const close = vi.fn()
    const { rerender } = render(
      <Dialog open title="Settings" onClose={close}>
        Theme
      </Dialog>,
    )
    expect(screen.getByRole('dialog', { name: 'Settings' })).toHaveTextContent('Theme')
    await userEvent.click(screen.getByRole('button', { name: 'Close' }))
    expect(close).toHaveBeenCalledOnce()
    rerender(
      <Dialog open={false} title="Settings" onClose={close}>
        Theme
      </Dialog>,
    )
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

describe('notices', () => {
  afterEach(() => vi.useRealTimers())

  it('keeps what it quotes from right to left apart from its own words (E6)', async () => {
    render(<NoticeBoard />)
    act(() => notify({ text: '“שלום” is in the gallery.' }))
    expect(screen.getByText('“שלום”').tagName).toBe('BDI')
    expect(screen.getByRole('status')).toHaveTextContent('“שלום” is in the gallery.')
  })

  it('that can wait do not replace one that is shown', async () => {
    render(<NoticeBoard />)
    act(() => notify({ text: 'Moved to bin.', action: { label: 'Undo', onSelect: () => undefined } }))
    act(() => notifyLater({ text: '50 images are only in this browser.' }))
    expect(screen.getByRole('status')).toHaveTextContent('Moved to bin.')
    await userEvent.click(screen.getByRole('button', { name: 'Close notice' }))
    expect(screen.getByRole('status')).toHaveTextContent('50 images are only in this browser.')
    await userEvent.click(screen.getByRole('button', { name: 'Close notice' }))
    expect(screen.queryByRole('status')).toBeNull()
  })

  it('disappear after 8 seconds, but not while the pointer is on them', () => {
    vi.useFakeTimers()
    render(<NoticeBoard />)
    act(() => notify({ text: 'Moved to the bin.' }))
    const notice = screen.getByRole('status')
    fireEvent.pointerEnter(notice)
    act(() => vi.advanceTimersByTime(60_000))
    expect(notice).toBeInTheDocument()
    fireEvent.pointerLeave(notice)
    act(() => vi.advanceTimersByTime(7_999))
    expect(notice).toBeInTheDocument()
    act(() => vi.advanceTimersByTime(1))
    expect(notice).not.toBeInTheDocument()
  })

  it('stay while the focus is inside', () => {
    vi.useFakeTimers()
    render(<NoticeBoard />)
    act(() => notify({ text: 'Kept.', lastsMs: 1000 }))
    const close = screen.getByRole('button', { name: 'Close notice' })
    act(() => close.focus())
    act(() => vi.advanceTimersByTime(5000))
    expect(screen.getByText('Kept.')).toBeInTheDocument()
    act(() => close.blur())
    act(() => vi.advanceTimersByTime(1000))
    expect(screen.queryByText('Kept.')).toBeNull()
  })

  it('offer one act and close with it', async () => {
    const undo = vi.fn()
    render(<NoticeBoard />)
    act(() => notify({ text: 'Moved 2 pictures.', action: { label: 'Undo', onSelect: undo } }))
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    expect(undo).toHaveBeenCalledOnce()
    expect(screen.queryByText('Moved 2 pictures.')).toBeNull()
  })

  it('are inside the open dialog, outside which nothing can be pressed, and are merged by their kind (C7)', async () => {
    const undo = vi.fn()
    render(
      <>
        <NoticeBoard />
        <Dialog open title="Settings" onClose={() => undefined}>
          Theme
        </Dialog>
      </>,
    )
    const text = (count: number) => `${count} images moved to bin`
    const move = () => notify({ text, kind: 'move', action: { label: 'Undo', onSelect: undo } })
    for (let times = 0; times < 10; times += 1) act(move)
    const dialog = within(screen.getByRole('dialog', { name: 'Settings' }))
    expect(dialog.getByRole('status')).toHaveTextContent('10 images moved to bin')
    expect(screen.getAllByRole('button', { name: 'Undo' })).toHaveLength(1)
    await userEvent.click(dialog.getByRole('button', { name: 'Undo' }))
    expect(undo).toHaveBeenCalledTimes(10)
  })

  it('of trouble interrupt', async () => {
    render(<NoticeBoard />)
    act(() => notify({ text: 'No room left.', tone: 'error' }))
    expect(screen.getByRole('alert')).toHaveTextContent('No room left.')
    await userEvent.click(screen.getByRole('button', { name: 'Close notice' }))
  })
})

describe('announcements', () => {
  it('are said again when the words are the same', () => {
    const { container } = render(<Announcer />)
    const region = container.querySelector('[aria-live="polite"]')
    act(() => announce('Picture saved.'))
    const first = region?.textContent
    act(() => announce('Picture saved.'))
    expect(region).toHaveTextContent('Picture saved.')
    expect(region?.textContent).not.toBe(first)
  })
})

describe('the clock', () => {
  afterEach(() => vi.useRealTimers())

  it('counts on by the second', () => {
    vi.useFakeTimers({ now: 100_000 })
    render(<Elapsed sinceMs={92_000} />)
    expect(screen.getByText('8 s')).toBeInTheDocument()
    act(() => vi.advanceTimersByTime(2000))
    expect(screen.getByText('10 s')).toBeInTheDocument()
  })

  it.each([
    [0, '0 s'],
    [80_000, '1 min 20 s'],
    [120_000, '2 min'],
    [7_500_000, '2 h 5 min'],
    [-5, '0 s'],
  ])('says %d ms as "%s"', (ms, words) => {
    expect(describeDuration(ms)).toBe(words)
  })
})

function Keys({ keys, onKey }: { keys: string; onKey: () => void }) {
  useActKey({ on: 'app', id: 'own', label: 'Own', keys: [keys], where: 'anywhere', undoable: false }, onKey)
  return <textarea aria-label="Prompt" />
}

describe('shortcuts', () => {
  it('of one letter do nothing while typing', async () => {
    const onKey = vi.fn()
    render(<Keys keys="b" onKey={onKey} />)
    await userEvent.keyboard('b')
    expect(onKey).toHaveBeenCalledOnce()
    await userEvent.type(screen.getByRole('textbox'), 'blue')
    expect(onKey).toHaveBeenCalledOnce()
    expect(screen.getByRole('textbox')).toHaveValue('blue')
  })

  it('with Ctrl work while typing, but leave the undoing of text alone', async () => {
    const send = vi.fn()
    const undo = vi.fn()
    render(
      <>
        <Keys keys="mod+enter" onKey={send} />
        <IconButton label="Undo" icon={Star} onClick={undo} shortcut="mod+z" />
      </>,
    )
    render(<Keys keys="mod+z" onKey={undo} />)
    await userEvent.click(screen.getAllByRole('textbox')[0] as HTMLElement)
    await userEvent.keyboard('{Control>}{Enter}{/Control}{Control>}z{/Control}')
    expect(send).toHaveBeenCalledOnce()
    expect(undo).not.toHaveBeenCalled()
  })

  it('fire once however long the key is held', () => {
    const onKey = vi.fn()
    render(<Keys keys="mod+enter" onKey={onKey} />)
    fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true })
    fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true, repeat: true })
    expect(onKey).toHaveBeenCalledOnce()
  })

  it('take no other modifiers, and signs with or without Shift', () => {
    const onKey = vi.fn()
    render(<Keys keys="?" onKey={onKey} />)
    fireEvent.keyDown(document.body, { key: '?', shiftKey: true })
    fireEvent.keyDown(document.body, { key: '?', ctrlKey: true })
    expect(onKey).toHaveBeenCalledOnce()
  })

  it('do nothing behind an open dialog', () => {
    const onKey = vi.fn()
    render(<Keys keys="x" onKey={onKey} />)
    render(
      <Dialog open title="Settings" onClose={() => undefined}>
        Theme
      </Dialog>,
    )
    fireEvent.keyDown(document.body, { key: 'x' })
    expect(onKey).not.toHaveBeenCalled()
  })

  it('are displayed as usual on the system', () => {
    expect(describeShortcut('mod+enter')).toMatch(/^(Ctrl Enter|⌘ ↵)$/)
    expect(describeShortcut('b')).toBe('B')
  })
})

describe('an icon button', () => {
  it('is named, tells whether it is pressed, and tells its key', () => {
    render(<IconButton label="Star" icon={Star} pressed shortcut="s" />)
    const button = screen.getByRole('button', { name: 'Star', pressed: true })
    expect(button).toHaveAttribute('aria-keyshortcuts', 'S')
  })

  it('shows its name and key when pointed at, until the pointer goes on', () => {
    vi.useFakeTimers()
    const { container } = render(
      <>
        <IconButton label="Star" icon={Star} shortcut="s" />
        <Tooltips />
      </>,
    )
    const tip = container.querySelector('.tip')
    fireEvent.pointerOver(screen.getByRole('button'))
    expect(tip).toBeEmptyDOMElement()
    vi.advanceTimersByTime(400)
    expect(tip).toHaveTextContent('StarS')
    expect(tip).toHaveAttribute('data-popover-open')
    fireEvent.pointerOver(document.body)
    expect(tip).not.toHaveAttribute('data-popover-open')
    vi.useRealTimers()
  })
})
