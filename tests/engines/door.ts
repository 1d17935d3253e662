/**
 * What a journey does with a browser, whichever engine it is. Three drivers fill it: Chromium by Playwright, Firefox by
 * Puppeteer over WebDriver BiDi, WebKitGTK by Selenium over WebDriver.
 */
export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** An element by its role and accessible name: a string names it whole, a pattern in part. `file`: a file input. */
export interface Query {
  role: string
  name?: string | RegExp
  within?: Query
}

/**
 * One window. Each act on an element waits for it up to `timeoutMs`, a click also until it is enabled, and fails with the
 * query in its message.
 */
export interface Door {
  readonly engine: EngineName
  open(url: string): Promise<void>
  reload(): Promise<void>
  click(query: Query): Promise<void>
  focus(query: Query): Promise<void>
  /** By keys, one after another, at the end of what the focused field holds. */
  type(text: string): Promise<void>
  /** In place of what the field holds, at once, as a paste does. */
  fill(query: Query, text: string): Promise<void>
  /** A key by its DOM name, with its modifiers before it: "Control+Enter". */
  press(keys: string): Promise<void>
  /** Gives files to a file input, or drops them on another element. */
  give(query: Query, files: readonly GivenFile[]): Promise<void>
  /** Runs in the page; what goes in and out must be JSON. */
  evaluate<Result, Given = undefined>(run: (given: Given) => Result | Promise<Result>, given?: Given): Promise<Result>
  /** The file that `act` makes the browser save. */
  download(act: () => Promise<void>): Promise<Download>
  /** Another window of the same profile. */
  second(): Promise<Door>
  resize(width: number, height: number): Promise<void>
  screenshot(path: string): Promise<void>
  close(): Promise<void>
}

/** `path`: of the same bytes on this machine's disk. */
export interface GivenFile {
  name: string
  type: string
  path: string
}

export interface Download {
  name: string
  bytes: Buffer
}

/** What a browser is told before its first page. */
export interface Profile {
  width: number
  height: number
}

/** One engine. It may be opened many times; each door has a profile of its own. */
export interface Engine {
  open(profile: Profile): Promise<Door>
  close(): Promise<void>
}

export const timeoutMs = 20_000
