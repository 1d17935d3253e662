import type { Folder } from '#platform/folder.ts'

/** A fake folder in memory whose failures a test can set. */
export interface MemoryFolder extends Folder {
  files: Map<string, Blob>
  /** Paths of all writes in order, README and records included. */
  writes: string[]
  permission: 'granted' | 'prompt' | 'denied'
  /** The name of the error that every access rejects with. */
  trouble: string | undefined
}

/** `asks`: the user's answer when asked for permission. */
export function memoryFolder(name: string, asks: 'granted' | 'denied' = 'granted'): MemoryFolder {
  const files = new Map<string, Blob>()
  const folder: MemoryFolder = {
    name,
    handle: { kind: 'directory', name },
    files,
    writes: [],
    permission: 'granted',
    trouble: undefined,
    async mayWrite(ask) {
      if (folder.permission === 'prompt' && ask) folder.permission = asks
      return folder.permission === 'granted'
    },
    async write(path, bytes) {
      check()
      folder.writes.push(path.join('/'))
      files.set(path.join('/'), new Blob([await bytes.arrayBuffer()]))
    },
    async read(path) {
      check()
      return files.get(path.join('/'))
    },
    async *list(path) {
      check()
      for (const file of files.keys()) if (file.startsWith(`${path.join('/')}/`)) yield file.split('/')
    },
  }
  const check = () => {
    if (folder.trouble !== undefined) throw new DOMException('no', folder.trouble)
  }
  return folder
}
