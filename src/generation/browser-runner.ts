import { waitOrWake } from '#platform/wake.ts'
import { createEventStream, createOwnStream } from './event-stream.ts'
import type { RunnerPorts } from './ports.ts'
import { createPush } from './push.ts'
import { createRunLock, type LockWorld } from './run-lock.ts'
import { createRunner, type Runner } from './runner.ts'
import { createSharedStream } from './shared-stream.ts'

/** The runner with the browser's own ports. Without Web Locks a single window is assumed. */
export function createBrowserRunner(
  own: Pick<
    RunnerPorts,
    'store' | 'send' | 'route' | 'network' | 'runsAtOnce' | 'now' | 'newId' | 'fallback' | 'ended'
  >,
  /** Locks and channels are shared by all pages of an origin, so a demo next to the real page uses another name. */
  name = 'atelier',
): Runner {
  const clock = { monotonic: () => performance.now(), wait: waitOrWake }
  const locks = globalThis.navigator?.locks as LockWorld['locks'] | undefined
  const lock: RunnerPorts['lock'] = locks
    ? createRunLock({
        ...clock,
        locks: { request: (name, options, work) => locks.request(name, options, work) },
        channel: new BroadcastChannel(`${name}-runs`),
        isVisible: () => document.visibilityState === 'visible',
      })
    : (_name, signal, work) => work(signal)
  const ports = { ...clock, send: own.send, random: Math.random }
  const listen = locks
    ? createSharedStream({
        ...clock,
        locks: { request: (name, options, work) => locks.request(name, options, work) },
        channel: new BroadcastChannel(`${name}-events`),
        stream: createEventStream(ports),
        lockName: `${name}-events`,
      })
    : createOwnStream(ports)
  return createRunner({ ...own, ...clock, lock, push: createPush({ ...ports, listen }) })
}
