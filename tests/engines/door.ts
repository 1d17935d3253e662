/**
 * The browser interface that the journeys use for all engines. It has three drivers: Chromium by Playwright, Firefox by
 * Puppeteer over WebDriver BiDi, WebKitGTK by Selenium over WebDriver.
 */
export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** An element by its role and accessible name: a string is the whole name, a pattern matches a part. `file`: a file input. */
export interface Query {
  role: string
  name?: string | RegExp
  within?: Query
}

/** A point of an element, as shares of its width and height from its upper left corner. */
export type Share = readonly [across: number, down: number]

export type PointerType = 'mouse' | 'touch' | 'pen'

/**
 * One window. Each action waits for its element up to `timeoutMs`, a click also until it is enabled, and fails with the
 * query in its message.
 */
export interface Door {
  readonly engine: EngineName
  open(url: string): Promise<void>
  reload(): Promise<void>
  click(query: Query): Promise<void>
  focus(query: Query): Promise<void>
  /** Types key by key at the end of the focused field. */
  type(text: string): Promise<void>
  /** Replaces the content of a field at once, like a paste. */
  fill(query: Query, text: string): Promise<void>
  /** A key by its DOM name, with its modifiers before it: "Control+Enter". */
  press(keys: string): Promise<void>
  /**
   * Presses at the first point of an element, moves to the others and releases at the last. Input of the driver, except
   * that WebKit's driver has no touch: there the events of its mouse become those of one finger (`in-page.ts`). Firefox's
   * driver has no pen.
   */
  drag(query: Query, points: readonly Share[], by: PointerType): Promise<void>
  /**
   * Puts two fingers down, one after the other, and moves them from one distance to another. Distances are shares of the
   * width, from the middle of the element. Left out where the driver has no two fingers.
   */
  pinch?(query: Query, from: number, to: number): Promise<void>
  /** Gives files to a file input, or drops them on another element. */
  give(query: Query, files: readonly GivenFile[]): Promise<void>
  /** Runs a function in the page; argument and result must be JSON. */
  evaluate<Result, Given = undefined>(run: (given: Given) => Result | Promise<Result>, given?: Given): Promise<Result>
  /** The file that the browser saves during `act`. */
  download(act: () => Promise<void>): Promise<Download>
  /** Another window of the same profile. */
  second(): Promise<Door>
  resize(width: number, height: number): Promise<void>
  screenshot(path: string): Promise<void>
  close(): Promise<void>
}

/** `path`: a file with the same bytes on this machine. */
export interface GivenFile {
  name: string
  type: string
  path: string
}

export interface Download {
  name: string
  bytes: Buffer
}

/** Options that a browser gets before its first page. */
export interface Profile {
  width: number
  height: number
}

/** One engine. It can be opened many times, each time with a new profile. */
export interface Engine {
  open(profile: Profile): Promise<Door>
  close(): Promise<void>
}

export const timeoutMs = 60_000
