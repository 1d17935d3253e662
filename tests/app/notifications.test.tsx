import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NotificationSettings } from '#app/notification-settings.tsx'
import { tellEnded } from '#app/run-ended.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { failedRun, savedRun } from '../support/gallery-records.ts'

/** A fake of the browser's notifications, with a given permission. */
function openNotifications(permission: NotificationPermission, answer = permission) {
  const shown: { title: string; options: NotificationOptions | undefined; press(): void; close: () => void }[] = []
  class FakeNotification {
    static permission = permission
    static async requestPermission() {
      FakeNotification.permission = answer
      return answer
    }
    onclick: (() => void) | undefined
    close = vi.fn()
    constructor(title: string, options?: NotificationOptions) {
      shown.push({ title, options, press: () => this.onclick?.(), close: this.close })
    }
  }
  vi.stubGlobal('Notification', FakeNotification)
  return shown
}

let visibility: DocumentVisibilityState

beforeEach(() => {
  visibility = 'hidden'
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility)
  useWorkspace.setState({ ...useWorkspace.getInitialState(), notifications: true }, true)
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const saved = savedRun('run-1', ['picture-1'])

describe('the end of a run', () => {
  it('shows one notification while the window is hidden', () => {
    const shown = openNotifications('granted')
    tellEnded(saved)
    expect(shown).toMatchObject([{ title: 'Your image is ready', options: { body: 'a fox', tag: 'run-1' } }])
    // Relative: the page may be in any folder (C10).
    expect(shown[0]?.options?.icon).toBe('icon.svg')
  })

  it('shows the cause if there is no image', () => {
    const shown = openNotifications('granted')
    tellEnded(failedRun('run-1'))
    expect(shown[0]).toMatchObject({ title: 'An image failed' })
    expect(shown[0]?.options?.body).toMatch(/^a fox\nBlocked by the service's safety rules/)
  })

  it('leads to its picture', () => {
    const shown = openNotifications('granted')
    vi.spyOn(window, 'focus').mockImplementation(() => undefined)
    tellEnded(saved)
    shown[0]?.press()
    expect(window.focus).toHaveBeenCalledOnce()
    expect(useWorkspace.getState()).toMatchObject({ selected: 'picture-1', view: 'stage' })
    expect(shown[0]?.close).toHaveBeenCalledOnce()
  })

  it.each<[string, NotificationPermission, () => void]>([
    [
      'the window is seen',
      'granted',
      () => {
        visibility = 'visible'
      },
    ],
    ['the user does not want it', 'granted', () => useWorkspace.setState({ notifications: false })],
    ['the browser refuses it', 'denied', () => undefined],
    ['the browser was never asked', 'default', () => undefined],
  ])('is not told while %s', (_when, permission, arrange) => {
    const shown = openNotifications(permission)
    arrange()
    tellEnded(saved)
    expect(shown).toEqual([])
  })

  it('causes no error if the browser allows notifications only from workers', () => {
    vi.stubGlobal(
      'Notification',
      Object.assign(
        () => {
          throw new TypeError('Illegal constructor')
        },
        { permission: 'granted' },
      ),
    )
    expect(() => tellEnded(saved)).not.toThrow()
  })

  it('is remembered, so that a store found empty later is known to have been cleared', () => {
    openNotifications('denied')
    tellEnded(failedRun('run-1'))
    expect(useWorkspace.getState().hasKept).toBe(false)
    tellEnded(saved)
    expect(useWorkspace.getState().hasKept).toBe(true)
  })
})

describe('the switch in Settings', () => {
  const toggle = () => screen.getByRole('switch', { name: 'Notify me when an image is ready' })

  beforeEach(() => useWorkspace.setState({ notifications: false }))

  it('asks the browser when it is switched on, and not before', async () => {
    openNotifications('default', 'granted')
    const ask = vi.spyOn(Notification, 'requestPermission')
    render(<NotificationSettings />)
    expect(ask).not.toHaveBeenCalled()
    await userEvent.click(toggle())
    expect(ask).toHaveBeenCalledOnce()
    expect(toggle()).toBeChecked()
    expect(useWorkspace.getState().notifications).toBe(true)
    await userEvent.click(toggle())
    expect(useWorkspace.getState().notifications).toBe(false)
  })

  it('stays off and says so when the browser refuses', async () => {
    openNotifications('default', 'denied')
    render(<NotificationSettings />)
    expect(screen.queryByText(/refuses notifications/)).toBeNull()
    await userEvent.click(toggle())
    expect(toggle()).not.toBeChecked()
    expect(screen.getByRole('status')).toHaveTextContent('Notifications are blocked.')
    expect(useWorkspace.getState().notifications).toBe(false)
  })

  it('is off when the browser has taken its permission back', () => {
    useWorkspace.setState({ notifications: true })
    openNotifications('denied')
    render(<NotificationSettings />)
    expect(toggle()).not.toBeChecked()
  })

  it('is not there where the browser has no notifications', () => {
    vi.stubGlobal('Notification', undefined)
    Reflect.deleteProperty(globalThis, 'Notification')
    render(<NotificationSettings />)
    expect(screen.queryByRole('switch')).toBeNull()
    expect(screen.getByText(/not available here/)).toBeVisible()
  })
})
