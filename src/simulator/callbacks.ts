import type { Fetch } from '#providers/provider.ts'
import type { CallbackContext } from './callback-bodies.ts'
import type { CallbackFaults } from './faults.ts'
import type { Delivery, Journal } from './journal.ts'
import type { Task, Tasks } from './tasks.ts'

export interface CallbackOptions extends CallbackContext {
  tasks: Tasks
  journal: Journal
  wait: (ms: number) => Promise<void>
  /** Sends a call to its address. */
  call: Fetch
}

export interface Callbacks {
  /** Calls the address when the task has ended, as the switches and the prompt say. */
  follow(task: Task, address: string, body: (task: Task, context: CallbackContext) => object): Promise<void>
  /** Sends what was held back, newest first. */
  release(): void
  stop(): void
}

/** How often a call is tried, and the time limit for its answer. docs/services.md 2.4. */
const mostTries = 3
const answerMs = 15_000
const pauseMs = 1_000
const lateSeconds = 600
const forgedUrl = 'https://pictures.example/forged.png'

/** The service's callbacks: signed, repeated, delayed, held back, forged or not sent. */
export function createCallbacks(options: CallbackOptions): Callbacks {
  const { tasks, journal, now, wait, call, switches } = options
  const stopped = new AbortController()
  const held: (() => void)[] = []

  async function headersFor(task: Task, faults: CallbackFaults): Promise<Record<string, string>> {
    const { callbackKey, callbackSignature } = switches()
    const how = faults.signature ?? callbackSignature
    if (callbackKey === '' || how === 'none') return {}
    const seconds = Math.floor(now() / 1000) - (how === 'late' ? lateSeconds : 0)
    const signature = await sign(how === 'wrong' ? `not ${callbackKey}` : callbackKey, `${task.id}.${seconds}`)
    return { 'x-webhook-timestamp': String(seconds), 'x-webhook-signature': signature }
  }

  async function deliver(task: Task, address: string, body: object): Promise<void> {
    const delivery: Delivery = { taskId: task.id, statuses: [] }
    journal.callbacks.push(delivery)
    const headers = { 'content-type': 'application/json', ...(await headersFor(task, task.faults.callback)) }
    const text = JSON.stringify(body)
    for (let tries = 1; !stopped.signal.aborted; tries += 1) {
      const signal = AbortSignal.timeout(answerMs)
      const request = new Request(address, { method: 'POST', headers, body: text, signal })
      const status = await call(request).then(
        (response) => response.status,
        () => 0,
      )
      delivery.statuses.push(status)
      if ((status >= 200 && status < 300) || tries === mostTries) return
      await wait(pauseMs)
    }
  }

  function ended(task: Task): Promise<void> {
    return wait(Math.max(1, task.endsAt - now())).then(async () => {
      await tasks.settle(task)
      if (!task.outcome && !stopped.signal.aborted) await ended(task)
    })
  }

  return {
    async follow(task, address, toBody) {
      const { callback } = task.faults
      if (callback.never || !Number.isFinite(task.endsAt)) return
      const send = async () => {
        const plain = toBody(task, options)
        const body = (callback.body ?? switches().callbackBody) === 'forged' ? forge(plain) : plain
        const times = callback.times ?? switches().callbackTimes
        await Promise.all(Array.from({ length: times }, () => deliver(task, address, body)))
      }
      if (callback.early) return send()
      await ended(task)
      const delayMs = callback.delayMs ?? switches().callbackDelayMs
      if (delayMs > 0) await wait(delayMs)
      if (stopped.signal.aborted || switches().callbacks === 'never') return
      if (switches().callbacks === 'held') await new Promise<void>((resolve) => held.push(resolve))
      await send()
    },
    release() {
      for (let next = held.pop(); next; next = held.pop()) next()
    },
    stop: () => stopped.abort(),
  }
}

/** Claims success, with the address of an image that was never made. */
function forge(body: object): object {
  const text = JSON.stringify(body).replace(/https?:\/\/[^"\\]+/g, forgedUrl)
  return { ...(JSON.parse(text) as object), code: 200, msg: 'BFL image generated successfully.' }
}

/** docs/services.md 5.3. */
async function sign(key: string, text: string): Promise<string> {
  const bytes = new TextEncoder()
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', bytes.encode(key), hmac, false, ['sign'])
  const mac = await crypto.subtle.sign('HMAC', imported, bytes.encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(mac)))
}
