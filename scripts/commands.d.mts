export interface Command {
  command: string
  args: string[]
}

/** What a command depends on. Tests pass descriptions of other machines. */
export interface Machine {
  platform: NodeJS.Platform
  /** The path of the running Node. */
  node: string
  env: Readonly<Record<string, string | undefined>>
  isFile(path: string): boolean
  read(path: string): string
}

export function npmCommand(args: readonly string[], machine?: Machine): Command
export function toolCommand(root: string, name: string, args: readonly string[], machine?: Machine): Command
export function toolFile(root: string, name: string, machine?: Machine): string
export function problemOfFolder(folder: string): string | undefined
