/** Element sizes for test environments without layout, for components that are drawn only if there is room. */
function sizeOf(element: Element): { width: number; height: number } {
  if (element.matches('[role="grid"]')) return { width: 400, height: 800 }
  if (element.matches('[role="group"][aria-label="View"]')) return { width: 600, height: 500 }
  if (element.firstElementChild?.matches('[role="row"]')) return { width: 376, height: 120 }
  return { width: 0, height: 0 }
}

class Observer implements ResizeObserver {
  private readonly observed = new Set<Element>()

  constructor(private readonly callback: ResizeObserverCallback) {}

  observe(target: Element) {
    this.observed.add(target)
    queueMicrotask(() => {
      if (!this.observed.has(target) || !target.isConnected) return
      this.callback([{ target, contentRect: sizeOf(target) } as unknown as ResizeObserverEntry], this)
    })
  }

  unobserve(target: Element) {
    this.observed.delete(target)
  }

  disconnect() {
    this.observed.clear()
  }
}

/** Gives the grid, its rows and the stage a size, for all tests of a file. */
export function addLayout(): void {
  Object.assign(window, { ResizeObserver: Observer })
  globalThis.ResizeObserver = Observer
  // Without an offset parent a row would count as hidden.
  Object.defineProperty(HTMLElement.prototype, 'offsetParent', {
    configurable: true,
    get(this: HTMLElement) {
      return this.parentElement
    },
  })
  for (const [name, side] of [
    ['clientWidth', 'width'],
    ['clientHeight', 'height'],
    ['offsetWidth', 'width'],
    ['offsetHeight', 'height'],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true,
      get(this: HTMLElement) {
        return sizeOf(this)[side]
      },
    })
  }
}

/** Sets the width of the window, in pixels, and tells media queries. */
export function setWindowWidth(width: number): void {
  const { happyDOM } = window as unknown as { happyDOM: { setViewport(size: { width: number }): void } }
  happyDOM.setViewport({ width })
}
