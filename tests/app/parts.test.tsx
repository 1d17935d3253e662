import { act, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Banners } from '#app/banner.tsx'
import { ErrorBoundary } from '#app/error-boundary.tsx'
import { describeFailure, toFailure } from '#domain/failure.ts'
import { loadPart } from '#platform/load-part.ts'
import { lazyPart } from '#ui/lazy-part.tsx'
import { emptyWorkspace, renderWith } from '../support/in-page.tsx'

const pageOf = (script: string) => `<!doctype html><script type="module" crossorigin src="${script}"></script>`
const serves = (html: string | undefined) => {
  const fetched = async () => {
    if (html === undefined) throw new TypeError('Failed to fetch')
    return new Response(html)
  }
  vi.stubGlobal('fetch', vi.fn(fetched))
}
const gone = () => Promise.reject(new TypeError('error loading dynamically imported module: /assets/part-1.js'))
const proxyIsFine = async () => new Response(JSON.stringify({ mode: 'simulated', gateway: 'kie' }))

/** Loads one part. Its failure is cleared when the test ends, because failures are stored for the whole page. */
const opened: { load: () => Promise<unknown>; arrive: () => void }[] = []
function partThat(fails: (attempt: number) => boolean) {
  let attempts = 0
  let mayArrive = false
  const load = vi.fn(async () => {
    attempts += 1
    if (!mayArrive && fails(attempts)) return gone()
    return () => <p>the part</p>
  })
  const arrive = () => {
    mayArrive = true
  }
  const part = { load, arrive }
  opened.push(part)
  return part
}

beforeEach(() => {
  emptyWorkspace()
  const script = Object.assign(document.createElement('script'), { type: 'module' })
  script.setAttribute('src', './assets/index-1.js')
  // jsdom runs no modules; the script element only has to be present.
  document.head.append(script)
})
afterEach(async () => {
  vi.useRealTimers()
  for (const { load, arrive } of opened.splice(0)) {
    arrive()
    await loadPart(load)
  }
  for (const script of document.querySelectorAll('script')) script.remove()
  vi.unstubAllGlobals()
})

describe('a part of the page that does not load', () => {
  test('because a newer build is served is shown as an update, with a reload (E10, C9)', async () => {
    serves(pageOf('./assets/index-2.js'))
    renderWith(proxyIsFine, <Banners />)
    const { load } = partThat(() => true)
    const error = await act(() => loadPart(load).catch((error: unknown) => error))
    expect(describeFailure(toFailure(error))).toBe('Atelier was updated. Reload this page.')
    expect(await screen.findByText('Atelier was updated. Reload to continue; your work is kept.')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible()
    expect(screen.queryByText(/proxy/)).toBeNull()
  })

  test('though the same build is served is requested again at once, and then needs a reload (F1)', async () => {
    serves(pageOf('./assets/index-1.js'))
    renderWith(proxyIsFine, <Banners />)
    const { load, arrive } = partThat(() => true)
    await act(() => expect(loadPart(load)).rejects.toThrow('A part of Atelier did not load. Reload this page.'))
    expect(load).toHaveBeenCalledTimes(2)
    expect(await screen.findByText(/Reload to continue/)).toHaveTextContent('A part of Atelier did not load.')
    arrive()
    await act(() => loadPart(load))
    expect(screen.queryByText(/Reload to continue/), 'what came after all is no trouble any more').toBeNull()
  })

  test('once shows no message', async () => {
    serves(pageOf('./assets/index-1.js'))
    renderWith(proxyIsFine, <Banners />)
    await act(() => loadPart(partThat((attempt) => attempt === 1).load))
    expect(screen.queryByText(/Reload to continue/)).toBeNull()
  })

  test('while its host is down is loaded later, and no reload is offered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
    serves(undefined)
    const { load, arrive } = partThat(() => true)
    const Part = lazyPart(load)
    renderWith(
      proxyIsFine,
      <ErrorBoundary part="The settings">
        <Banners />
        <Part />
      </ErrorBoundary>,
    )
    expect(await screen.findByText('Not loaded yet. Trying again …')).toBeVisible()
    expect(screen.queryByText(/Reload to continue/)).toBeNull()
    arrive()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await screen.findByText('the part')).toBeVisible()
  })

  test('is drawn without a gap when it is shown again', async () => {
    const { load } = partThat(() => false)
    const Part = lazyPart(load)
    const { unmount } = render(<Part />)
    await screen.findByText('the part')
    unmount()
    render(<Part waiting={<p>waiting</p>} />)
    expect(screen.getByText('the part')).toBeVisible()
  })
})

test('"Reload this part" draws again what has broken', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  let isBroken = true
  function Fragile() {
    if (isBroken) throw new Error('broken once')
    return <p>whole again</p>
  }
  render(
    <ErrorBoundary part="The gallery">
      <Fragile />
    </ErrorBoundary>,
  )
  isBroken = false
  await userEvent.click(screen.getByRole('button', { name: 'Reload this part' }))
  await waitFor(() => expect(screen.getByText('whole again')).toBeVisible())
  said.mockRestore()
})
