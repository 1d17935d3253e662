import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { type ReactNode, useState } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { KeptFocus } from '#ui/kept-focus.ts'

/** Buttons that go away, or are disabled, when they are pressed. */
function Once({ name, isKept = false }: { name: string; isKept?: boolean }) {
  const [pressed, setPressed] = useState(false)
  return pressed && !isKept ? null : (
    <button type="button" disabled={pressed} onClick={() => setPressed(true)}>
      {name}
    </button>
  )
}

function show(outside?: ReactNode) {
  render(
    <>
      <KeptFocus />
      <main>
        <section aria-label="Create">
          <textarea aria-label="Prompt" data-focus-home />
          <Once name="Use example" />
        </section>
        <section aria-label="Stage" tabIndex={-1}>
          <fieldset aria-label="View" tabIndex={-1} data-focus-home />
          <Once name="Trim" isKept />
        </section>
        <section aria-label="Gallery" tabIndex={-1}>
          <Once name="Remove samples" />
        </section>
      </main>
      {outside}
    </>,
  )
}

const press = async (name: string) => {
  screen.getByRole('button', { name }).focus()
  await userEvent.keyboard('{Enter}')
}

afterEach(() => void vi.restoreAllMocks())

describe('the focus, when the control that has it goes away', () => {
  it.each([
    ['Use example', 'textbox', 'Prompt'],
    ['Trim', 'group', 'View'],
    ['Remove samples', 'region', 'Gallery'],
  ] as const)('after "%s" is at the %s "%s"', async (button, role, name) => {
    show()
    await press(button)
    await waitFor(() => expect(screen.getByRole(role, { name })).toHaveFocus())
  })

  it('is also kept for a control that had it before this was loaded', async () => {
    const page = (isLoaded: boolean) => (
      <>
        {isLoaded && <KeptFocus />}
        <main>
          <section aria-label="Gallery" tabIndex={-1}>
            <Once name="Try the demo" />
          </section>
        </main>
      </>
    )
    const { rerender } = render(page(false))
    screen.getByRole('button', { name: 'Try the demo' }).focus()
    rerender(page(true))
    await userEvent.keyboard('{Enter}')
    await waitFor(() => expect(screen.getByRole('region', { name: 'Gallery' })).toHaveFocus())
  })

  it('returns to the part that had it before a notice', async () => {
    show(<Once name="Undo" />)
    screen.getByRole('group', { name: 'View' }).focus()
    await press('Undo')
    await waitFor(() => expect(screen.getByRole('group', { name: 'View' })).toHaveFocus())
  })

  it('does not open the keyboard of a touch screen', async () => {
    vi.spyOn(window, 'matchMedia').mockReturnValue({ matches: true } as MediaQueryList)
    show()
    const prompt = screen.getByRole('textbox', { name: 'Prompt' })
    const focus = vi.spyOn(prompt, 'focus')
    await press('Use example')
    await press('Trim')
    await waitFor(() => expect(screen.getByRole('group', { name: 'View' })).toHaveFocus())
    expect(focus).not.toHaveBeenCalled()
  })

  it('stays where the user puts it before that', async () => {
    show()
    await press('Remove samples')
    const trim = screen.getByRole('button', { name: 'Trim' })
    trim.focus()
    for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame)
    expect(trim).toHaveFocus()
  })
})
