import { type FormEvent, type ReactNode, useState } from 'react'
import { describeGateway, keyNameOf } from '#domain/gateway.ts'
import { Button } from '#ui/button.tsx'
import { Range } from '#ui/range.tsx'
import { Segments } from '#ui/segments.tsx'
import { TextField } from '#ui/text-field.tsx'
import { isDemo } from '#workspace/edition.ts'
import type { Theme } from '#workspace/settings.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { BackupSettings } from './backup-settings.tsx'
import { builtProxyUrl } from './config.ts'
import { type Connection, testConnection } from './connection.ts'
import { FallbackSettings } from './fallback-settings.tsx'
import { useHealth } from './health.ts'
import { NotificationSettings } from './notification-settings.tsx'
import { SpendingSettings } from './spending-settings.tsx'
import { StorageSettings } from './storage-settings.tsx'

/** The contents of the Settings dialog. `section`: the part to show first. */
export function Settings({ section }: { section?: 'key' | undefined }) {
  return (
    <div className="divide-y divide-line">
      <Part title="Backup">
        <BackupSettings />
      </Part>
      {isDemo ? (
        <Part title="Demo">
          <DemoNote />
        </Part>
      ) : (
        <Part title="Proxy">
          <ProxySettings />
        </Part>
      )}
      <Part title="API key" shown={section === 'key'}>
        <KeyHelp />
      </Part>
      <Part title="Queue">
        <RunsAtOnce />
      </Part>
      <Part title="Fallback">
        <FallbackSettings />
      </Part>
      <Part title="Spending">
        <SpendingSettings />
      </Part>
      <Part title="Notifications">
        <NotificationSettings />
      </Part>
      <Part title="Appearance">
        <ThemeChoice />
      </Part>
      <Part title="Storage">
        <StorageSettings />
      </Part>
      <p className="p-4 text-faint text-xs">
        Atelier includes open source, under{' '}
        <a
          href="licenses.txt"
          target="_blank"
          rel="noopener"
          className="rounded-sm text-soft underline decoration-line-strong underline-offset-2 hover:text-ink"
        >
          their licences
        </a>
        .
      </p>
    </div>
  )
}

const reveal = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'start' })

function Part({ title, shown, children }: { title: string; shown?: boolean; children: ReactNode }) {
  return (
    <section aria-label={title} ref={shown ? reveal : null} className="grid gap-3 px-4 py-4">
      <h3 className="font-medium text-ink">{title}</h3>
      {children}
    </section>
  )
}

function ProxySettings() {
  const inUse = useWorkspace((state) => state.proxyUrl)
  const [typed, setTyped] = useState(inUse)
  const [state, setState] = useState<Connection | 'testing' | undefined>()
  const address = typed.trim()
  const test = async () => {
    setState('testing')
    const asked = address || builtProxyUrl
    setState(await testConnection(asked, undefined, useWorkspace.getState().enteredProxy === asked))
  }
  // Not applied while typing: a run must not be sent to half an address.
  const use = (event: FormEvent) => {
    event.preventDefault()
    useWorkspace.getState().adjust({ proxyUrl: address })
    test().catch(() => undefined)
  }
  return (
    <form onSubmit={use} className="grid gap-3">
      <TextField
        label="Proxy address"
        value={typed}
        onChange={(text) => {
          setTyped(text)
          setState(undefined)
        }}
        placeholder={builtProxyUrl}
        hint="Leave empty for the built-in proxy."
      />
      <div className="flex min-h-8 flex-wrap items-center gap-2">
        {address !== inUse && <Button type="submit">Use this address</Button>}
        <Button onClick={test}>Test connection</Button>
        <p aria-live="polite" className="ml-1 min-w-48 flex-1 text-soft text-xs">
          {state === 'testing' ? 'Checking …' : state && describeConnection(state)}
        </p>
      </div>
      <GatewayInUse />
    </form>
  )
}

/** Chosen on the proxy, so that no page can send paid work to another service. */
function GatewayInUse() {
  const { health } = useHealth()
  if (!health) return null
  const { mode, gateway } = health
  return (
    <p className="text-faint text-xs">
      <span>{mode === 'simulated' ? 'Images are simulated in place of ' : 'Images are made through '}</span>
      <span className="text-ink">{describeGateway(gateway)}</span>. Set on the proxy with <Code>GATEWAY</Code>.
    </p>
  )
}

function describeConnection(connection: Connection): string {
  if (!connection.ok) return connection.message
  if (connection.locked) return 'Connected. It needs an access token.'
  return connection.mode === 'simulated'
    ? 'Connected. No real service is behind it: images are simulated.'
    : `Connected. Images are made through ${describeGateway(connection.gateway)}.`
}

function KeyHelp() {
  const gateway = useHealth().health?.gateway ?? 'kie'
  return (
    <>
      <p className="text-soft">
        {isDemo
          ? 'The demo cannot keep a key safe. For real images, run Atelier with its proxy:'
          : 'The key stays on the proxy and never reaches this page. Without one, images are simulated and free.'}
      </p>
      <ol className="grid list-decimal gap-1.5 pl-5 text-ink marker:text-faint">
        <li>
          Copy <Code>.env.local.example</Code> to <Code>.env.local</Code>.
        </li>
        <li>
          Paste your key after <Code>{keyNameOf(gateway)}=</Code>.
        </li>
        <li>
          {isDemo ? 'Start' : 'Restart'}: <Code>npm start</Code>.
        </li>
      </ol>
    </>
  )
}

function DemoNote() {
  return (
    <p className="text-soft">
      Images are drawn in this browser. Nothing is sent or billed. They stay in the demo's own gallery.
    </p>
  )
}

function Code({ children }: { children: ReactNode }) {
  return <code className="rounded-[4px] border border-line bg-ground px-1 py-px font-mono text-xs">{children}</code>
}

function RunsAtOnce() {
  const value = useWorkspace((state) => state.runsAtOnce)
  return (
    <Range
      label="Parallel runs"
      value={value}
      min={1}
      max={20}
      step={1}
      low="1"
      high="20"
      onChange={(runsAtOnce) => useWorkspace.getState().adjust({ runsAtOnce })}
    />
  )
}

const themes: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
]

function ThemeChoice() {
  const theme = useWorkspace((state) => state.theme)
  const choose = (value: string) => {
    const chosen = themes.find((each) => each.value === value)
    if (chosen) useWorkspace.getState().adjust({ theme: chosen.value })
  }
  return <Segments label="Theme" value={theme} options={themes} onChange={choose} />
}
