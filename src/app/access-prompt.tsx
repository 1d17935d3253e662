import { type FormEvent, useState } from 'react'
import { parseJson, proxyPaths } from '#providers/send.ts'
import { announce } from '#ui/announce.tsx'
import { Button } from '#ui/button.tsx'
import { TextField } from '#ui/text-field.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { builtProxyUrl } from './config.ts'
import { useHealth, useSend } from './health.ts'

const notKept =
  'The token is right, but this browser did not keep its cookie. When page and proxy are on different sites, the proxy needs https.'

/** Asks for the token once; the proxy then recognises this browser by a cookie. The token itself is not stored. */
export function AccessPrompt() {
  const send = useSend()
  const { askAgain } = useHealth()
  const [token, setToken] = useState('')
  const [state, setState] = useState<{ asking?: true; error?: string }>({})

  async function enter() {
    const response = await send(proxyPaths.access, {
      method: 'POST',
      // Otherwise a browser would not keep the cookie of another origin.
      credentials: 'include',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: token.trim() }),
    })
    if (!response.ok) return wordsFor(response.status, await response.text())
    useWorkspace.getState().adjust({ enteredProxy: useWorkspace.getState().proxyUrl || builtProxyUrl })
    if ((await askAgain())?.locked) return notKept
    announce('Access granted.')
    return undefined
  }

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (state.asking || token.trim() === '') return
    setState({ asking: true })
    enter().then(
      (error) => setState(error === undefined ? {} : { error }),
      () => setState({ error: 'The proxy cannot be reached.' }),
    )
  }

  return (
    <form onSubmit={onSubmit} className="flex flex-wrap items-start gap-x-3 gap-y-2 border-line border-b px-4 py-2">
      <span aria-hidden className="mt-3 size-1.5 shrink-0 rounded-full bg-accent max-middle:mt-4" />
      <p role="alert" className="min-w-0 flex-1 basis-64 pt-1.5 text-ink text-sm max-middle:pt-2.5">
        This proxy needs an access token. Until then the gallery works and nothing is sent.
      </p>
      <div className="flex min-w-0 grow basis-72 items-start gap-2 middle:max-w-md">
        <div className="min-w-0 flex-1">
          <TextField
            label="Access token"
            hideLabel
            type="password"
            value={token}
            onChange={setToken}
            placeholder="Access token"
            error={state.error}
          />
        </div>
        <Button type="submit" aria-disabled={token.trim() === '' ? true : undefined}>
          {state.asking ? 'Checking …' : 'Enter'}
        </Button>
      </div>
    </form>
  )
}

function wordsFor(status: number, body: string): string {
  if (status === 401) return "That isn't this proxy's token."
  const { msg } = (parseJson(body) ?? {}) as { msg?: unknown }
  return typeof msg === 'string' ? msg : `The proxy did not accept it (${status}).`
}
