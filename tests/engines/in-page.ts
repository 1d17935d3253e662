/**
 * The first script of every page in the engine tests. It finds elements by role and name with one implementation for all
 * engines, and reports console output, errors and policy violations to the front.
 */
import type { AxeBuilder } from '@axe-core/playwright'
import { queryAllByRole } from '@testing-library/dom'

/** A `Query` as JSON. */
export interface SentQuery {
  role: string
  name?: string | { source: string; flags: string }
  within?: SentQuery
}

function findAll({ role, name, within }: SentQuery): HTMLElement[] {
  const roots = within ? findAll(within) : [document.body]
  const wanted = typeof name === 'object' ? new RegExp(name.source, name.flags) : name
  if (role === 'file') return roots.flatMap((root) => fileInputs(root, wanted))
  return roots.flatMap((root) => queryAllByRole(root, role, wanted === undefined ? {} : { name: wanted }))
}

/** File inputs have no role and are hidden behind a button, so they are found by their label. */
function fileInputs(root: HTMLElement, wanted: string | RegExp | undefined): HTMLElement[] {
  const nameOf = (input: HTMLInputElement) =>
    input.ariaLabel ?? [...(input.labels ?? [])].map((label) => label.textContent?.trim()).join(' ')
  const isWanted = (name: string) =>
    wanted === undefined || (typeof wanted === 'string' ? name === wanted : wanted.test(name))
  return [...root.querySelectorAll<HTMLInputElement>('input[type=file]')].filter((input) => isWanted(nameOf(input)))
}

/** The element to click: the label, if a control is drawn by its label. */
function toPressable(element: HTMLElement): HTMLElement {
  const { width, height } = element.getBoundingClientRect()
  const isDrawn = width > 2 && height > 2 && getComputedStyle(element).opacity !== '0'
  return isDrawn ? element : (element.closest('label') ?? element)
}

const texts = (words: readonly unknown[]) => words.map((word) => (word instanceof Error ? word.message : String(word)))

function tell(kind: string, ...words: unknown[]) {
  navigator.sendBeacon('/engine-noise', `${kind}: ${texts(words).join(' ')}`)
}

for (const kind of ['error', 'warn'] as const) {
  const direct = console[kind]
  console[kind] = (...words: unknown[]) => {
    tell(kind, ...words)
    direct.apply(console, words)
  }
}
addEventListener('error', ({ message }) => tell('thrown', message))
addEventListener('unhandledrejection', ({ reason }) => tell('rejected', reason))
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  tell('forbidden', effectiveDirective, blockedURI),
)

/** Replaces the content of a field, with the events of a paste. */
function fill(field: HTMLElement, text: string) {
  field.focus()
  if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) field.select()
  document.execCommand('insertText', false, text)
}

/** Drops files with scripted events. */
function drop(target: HTMLElement, files: readonly { name: string; type: string; base64: string }[]) {
  const data = new DataTransfer()
  for (const { name, type, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    data.items.add(new File([bytes], name, { type }))
  }
  for (const kind of ['dragenter', 'dragover', 'drop'])
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }))
}

/**
 * For drivers without touch. Until it is called with `false`, the mouse looks like one finger: its pointer events say
 * "touch", exist only while it is pressed, and are captured by the element that was pressed, and there are no mouse events.
 */
function beFinger(isFinger: boolean) {
  finger?.abort()
  finger = undefined
  if (!isFinger) return
  finger = new AbortController()
  const first = { capture: true, signal: finger.signal }
  const stop = (event: Event) => {
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  for (const type of ['mousedown', 'mousemove', 'mouseup', 'click', 'dblclick']) addEventListener(type, stop, first)
  for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel'] as const) {
    const listen = (event: PointerEvent) => {
      if (type === 'pointermove' && event.buttons === 0) return stop(event)
      Object.defineProperty(event, 'pointerType', { value: 'touch' })
      if (type === 'pointerdown' && event.target instanceof Element) event.target.setPointerCapture(event.pointerId)
    }
    addEventListener(type, listen, first)
  }
}

let finger: AbortController | undefined

/** Addresses of the workers that the page started. */
const workers: string[] = []
globalThis.Worker = new Proxy(Worker, {
  construct(target, given: ConstructorParameters<typeof Worker>) {
    workers.push(String(given[0]))
    return new target(...given)
  },
})

const boxOf = (element: HTMLElement) => element.getBoundingClientRect().toJSON() as DOMRectReadOnly

type AxeAnswer = ReturnType<AxeBuilder['analyze']>

/** The serious findings of axe in an element, each with the start of its markup. The front serves axe at this address. */
async function findSerious(query: SentQuery): Promise<string[]> {
  const address = '/engine-axe.js'
  await import(/* @vite-ignore */ address)
  const { axe } = globalThis as unknown as { axe: { run(root: Element, options: object): AxeAnswer } }
  const [root] = findAll(query)
  if (!root) return [`There is no ${query.role}.`]
  // A dialog that still fades in has less contrast.
  const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
  await Promise.allSettled(ending.map(({ finished }) => finished))
  const { violations } = await axe.run(root, { resultTypes: ['violations'] })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}

const inPage = {
  findAll,
  find: (query: SentQuery) => findAll(query)[0] ?? null,
  findPressable: (query: SentQuery) => {
    const [found] = findAll(query)
    const isReady = found && !found.matches(':disabled, [aria-disabled=true]')
    return isReady ? toPressable(found) : null
  },
  fill,
  drop,
  boxOf,
  workers,
  beFinger,
  findSerious,
}

export type InPage = typeof inPage
Object.assign(globalThis, { engineDoor: inPage })
