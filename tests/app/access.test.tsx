import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Banners } from '#app/banner.tsx'
import { createSend } from '#providers/send.ts'
import { readConfig } from '#server/config.ts'
import { type Running, startServer } from '#server/start.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { emptyWorkspace, renderWith } from '../support/in-page.tsx'
import { createProxySend } from '../support/proxy-send.ts'

const token = 'a-token-of-enough-length'
let proxy: Running

beforeEach(async () => {
  emptyWorkspace()
  proxy = await startServer(readConfig({ PORT: '0', PROXY_ACCESS_TOKEN: token }))
})
afterEach(() => proxy.close())

function show(send = createProxySend(proxy.port)) {
  renderWith(send, <Banners />)
  return send
}

const field = () => screen.findByLabelText('Access token')

describe('a proxy that requires an access token', () => {
  it('accepts the token once and does not ask for it again', async () => {
    const send = show()
    expect(await screen.findByText(/needs an access token/)).toBeVisible()
    await userEvent.type(await field(), `${token}{Enter}`)
    await eventually(() => expect(screen.queryByText(/needs an access token/)).toBeNull())
    expect((await send('/api/v1/chat/credit')).status).toBe(200)
    expect(useWorkspace.getState().enteredProxy).toBe('/api')
    expect(JSON.stringify(useWorkspace.getState())).not.toContain(token)
    expect(JSON.stringify(localStorage)).not.toContain(token)
  })

  it('says so when the token is wrong, and keeps asking', async () => {
    show()
    await userEvent.type(await field(), 'some-other-token')
    await userEvent.click(screen.getByRole('button', { name: 'Enter' }))
    expect(await screen.findByText("That isn't this proxy's token.")).toBeVisible()
    expect(await field()).toHaveAttribute('aria-invalid', 'true')
    await userEvent.clear(await field())
    await userEvent.type(await field(), `${token}{Enter}`)
    await eventually(() => expect(screen.queryByLabelText('Access token')).toBeNull())
  })

  it('says why it still asks if the browser did not keep the cookie', async () => {
    show(createProxySend(proxy.port, { keepsCookies: false }))
    await userEvent.type(await field(), `${token}{Enter}`)
    expect(await screen.findByText(/did not keep its cookie/)).toBeVisible()
  })
})

describe('what a page sends', () => {
  it('a cookie is sent only to the proxy that asked for a token, because other proxies may not allow credentials', async () => {
    const fetched: [string, RequestCredentials | undefined][] = []
    const fetchImpl = async (url: RequestInfo | URL, init?: RequestInit) => {
      fetched.push([String(url), init?.credentials])
      return new Response()
    }
    let base = 'https://proxy.example/api'
    const send = createSend(
      () => base,
      fetchImpl,
      (address) => address === 'https://proxy.example/api',
    )
    await send('/api/health')
    base = 'https://other.example/api'
    await send('/api/health')
    expect(fetched).toEqual([
      ['https://proxy.example/api/health', 'include'],
      ['https://other.example/api/health', undefined],
    ])
  })
})
