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

/** Where Latin keyboards have them. */
const brackets: Readonly<Record<string, string>> = { '[': 'BracketLeft', ']': 'BracketRight' }

const isApple = () => /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? '')

/** `layout`: the key at this position on a Latin keyboard. Only used if nothing matches `key`. */
type Match = 'key' | 'layout' | undefined

function match(wanted: Keys, event: KeyboardEvent): Match {
  const key = event.key.toLowerCase()
  const isSign = key.length === 1 && !/[\p{L}\p{N} ]/u.test(key)
  // AltGr, with which some keyboards type a sign, is reported as Ctrl and Alt.
  const isAltGr = isSign && event.getModifierState?.('AltGraph')
  const hasMod = !isAltGr && (event.ctrlKey || event.metaKey)
  if (hasMod !== wanted.mod || (!isAltGr && event.altKey) !== wanted.alt) return undefined

  const name = spelled[wanted.key] ?? wanted.key
  const isNamed = key === name || (name === 'delete' && key === 'backspace' && isApple())
  // Signs and digits need Shift on some keyboards and not on others.
  const isShiftFree = isSign || /^\d$/.test(name)
  if (isNamed) return isShiftFree || event.shiftKey === wanted.shift ? 'key' : undefined
  if (event.shiftKey !== wanted.shift) return undefined
  // Cyrillic, Greek, Hebrew and Korean keyboards type no Latin letters; French ones type digits with Shift only.
  const isLatin = /^[a-z0-9]$/.test(key)
  if (/^[a-z]$/.test(name) && !isLatin && !isSign && event.code === `Key${name.toUpperCase()}`) return 'layout'
  if (/^\d$/.test(name) && !isLatin && event.code === `Digit${name}`) return 'layout'
  // Cyrillic keyboards have letters in the place of square brackets, and no brackets.
  if (/\p{Script=Cyrillic}/u.test(key) && brackets[name] === event.code) return 'layout'
  return undefined
}

const typed = 'textarea, select, [contenteditable=""], [contenteditable="true"], input'
const notTyped = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'])

function isTyping(target: Element): boolean {
  return target.matches(typed) && !(target instanceof HTMLInputElement && notTyped.has(target.type))
}

/** Keys that the focused control handles itself. */
function belongsTo(target: EventTarget | null, keys: Keys): boolean {
  if (!(target instanceof Element)) return false
  if (isTyping(target)) return !keys.mod || /^[a-z]$/.test(keys.key)
  const isArrow = /^(arrow)?(left|right|up|down)$/.test(keys.key)
  if (isArrow) return target.matches('input, [role="tab"], [role="separator"], [role="slider"], [role^="menuitem"]')
  return /^(enter|space)$/.test(keys.key) && !keys.mod && target.matches('button, a, summary, input')
}

/** While an input method composes, keys belong to it; some browsers show that only by the code 229. */
function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

/**
 * The value for the first matching keys of a press, on every keyboard layout. `undefined` while typing (except Ctrl or
 * ⌘ with a key that does not edit text), while composing, or while a modal dialog is open, except for the keys
 * of `own`, an element in it. A held key counts once, except arrows.
 */
export function findShortcut<T>(
  entries: readonly (readonly [keys: string, value: T])[],
  event: KeyboardEvent,
  own?: Element | null,
): T | undefined {
  if (event.defaultPrevented || isComposing(event)) return undefined
  if (event.repeat && !event.key.startsWith('Arrow')) return undefined
  if (document.querySelector('dialog[open]') && !own?.closest('dialog[open]')) return undefined
  const open = entries.map(([keys, value]) => ({ keys: parse(keys), value }))
  const free = open.filter(({ keys }) => !belongsTo(event.target, keys))
  const find = (wanted: Match) => free.find(({ keys }) => match(keys, event) === wanted)
  return (find('key') ?? find('layout'))?.value
}

const onApple: Readonly<Record<string, string>> = { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↵' }
const shown: Readonly<Record<string, string>> = {
  mod: 'Ctrl',
  shift: 'Shift',
  alt: 'Alt',
  enter: 'Enter',
  space: 'Space',
  plus: '+',
  esc: 'Esc',
  backspace: 'Backspace',
  delete: 'Del',
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
}

/** "mod+enter" for people: "Ctrl Enter", "⌘ ↵". */
export function describeShortcut(keys: string): string {
  const names = isApple() ? { ...shown, ...onApple } : shown
  return keys
    .toLowerCase()
    .split('+')
    .map((part) => names[part] ?? part.toUpperCase())
    .join(' ')
}

/** "mod+enter" in the format of `aria-keyshortcuts`. */
export function toAriaShortcut(keys: string): string {
  const names: Readonly<Record<string, string>> = { mod: isApple() ? 'Meta' : 'Control', shift: 'Shift', alt: 'Alt' }
  return keys
    .split('+')
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1)))
    .join('+')
}
