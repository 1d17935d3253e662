import { useEffect, useEffectEvent } from 'react'

interface Keys {
  key: string
  mod: boolean
  shift: boolean
  alt: boolean
}

function parse(keys: string): Keys {
  const parts = keys.toLowerCase().split('+')
  const key = parts.at(-1) ?? ''
  return { key, mod: parts.includes('mod'), shift: parts.includes('shift'), alt: parts.includes('alt') }
}

const spelled: Readonly<Record<string, string>> = {
  space: ' ',
  plus: '+',
  esc: 'escape',
  left: 'arrowleft',
  right: 'arrowright',
  up: 'arrowup',
  down: 'arrowdown',
}

function matches(keys: Keys, event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase()
  if (key !== (spelled[keys.key] ?? keys.key)) return false
  if ((event.ctrlKey || event.metaKey) !== keys.mod || event.altKey !== keys.alt) return false
  // Signs such as "?" need Shift on many keyboards and not on others.
  const isSign = key.length === 1 && !/[a-z0-9 ]/.test(key)
  return isSign || event.shiftKey === keys.shift
}

const typed = 'textarea, select, [contenteditable=""], [contenteditable="true"], input'
const notTyped = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'])

function isTyping(target: Element): boolean {
  return target.matches(typed) && !(target instanceof HTMLInputElement && notTyped.has(target.type))
}

/** Keys the focused control needs for itself. */
function belongsTo(target: EventTarget | null, keys: Keys): boolean {
  if (!(target instanceof Element)) return false
  if (isTyping(target)) return !keys.mod || /^[a-z]$/.test(keys.key)
  const isArrow = /^(arrow)?(left|right|up|down)$/.test(keys.key)
  if (isArrow) return target.matches('input, [role="tab"], [role="separator"], [role="slider"], [role^="menuitem"]')
  return /^(enter|space)$/.test(keys.key) && !keys.mod && target.matches('button, a, summary, input')
}

/**
 * Calls `handler` for a key anywhere in the window: "b", "/", "mod+enter" (Ctrl or ⌘), "shift+x", "left". Keys that the
 * focused control needs are left to it, so nothing fires while typing but `mod` with a key that does not edit text. Silent
 * while a modal dialog is open. A held key fires once, arrows excepted.
 */
export function useShortcut(keys: string, handler: () => void, enabled = true): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const wanted = parse(keys)
    if (event.defaultPrevented || event.isComposing || !matches(wanted, event)) return
    if (event.repeat && !event.key.startsWith('Arrow')) return
    if (belongsTo(event.target, wanted) || document.querySelector('dialog[open]')) return
    event.preventDefault()
    handler()
  })
  useEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => onKey(event)
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [enabled])
}

const isApple = /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? '')

const shown: Readonly<Record<string, string>> = {
  mod: isApple ? '⌘' : 'Ctrl',
  shift: isApple ? '⇧' : 'Shift',
  alt: isApple ? '⌥' : 'Alt',
  enter: isApple ? '↵' : 'Enter',
  space: 'Space',
  plus: '+',
  esc: 'Esc',
  delete: 'Del',
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
}

/** "mod+enter" as people read it: "Ctrl Enter", "⌘ ↵". */
export function describeShortcut(keys: string): string {
  return keys
    .toLowerCase()
    .split('+')
    .map((part) => shown[part] ?? part.toUpperCase())
    .join(' ')
}

/** "mod+enter" as `aria-keyshortcuts` wants it. */
export function toAriaShortcut(keys: string): string {
  const names: Readonly<Record<string, string>> = { mod: isApple ? 'Meta' : 'Control', shift: 'Shift', alt: 'Alt' }
  return keys
    .split('+')
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1)))
    .join('+')
}
