/** A folder on disk that the user chose. */
export interface Folder {
  readonly name: string
  /** The browser's own handle; a database can keep it. */
  readonly handle: unknown
  /** Whether files can be written now. `ask`: shows the browser's question, which needs a press of a button. */
  mayWrite(ask: boolean): Promise<boolean>
  /** Writes a whole file, in place of an older one; folders on the way are made. Rejects as the browser does. */
  write(path: readonly string[], bytes: Blob): Promise<void>
  /** Bytes of a file. `undefined`: there is none. */
  read(path: readonly string[]): Promise<Blob | undefined>
  /** Paths of all files in one folder and those in it. Empty where there is no such folder. */
  list(path: readonly string[]): AsyncIterable<readonly string[]>
}

/** As far as it is used here: `tsc` does not know permissions, nor the picker below. */
interface DirectoryHandle extends FileSystemDirectoryHandle {
  queryPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>
  requestPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>
}

interface PickerWindow {
  showDirectoryPicker?(options: { id: string; mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>
}

export function canChooseFolder(): boolean {
  return (globalThis as PickerWindow).showDirectoryPicker !== undefined
}

/** Asks for a folder; called from a press of a button. `undefined`: the user chose none. */
export async function chooseFolder(): Promise<Folder | undefined> {
  try {
    const handle = await (globalThis as PickerWindow).showDirectoryPicker?.({ id: 'atelier', mode: 'readwrite' })
    return handle && folderOf(handle)
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined
    throw error
  }
}

/** A folder by its handle. `undefined` for anything else. */
export function folderOf(handle: unknown): Folder | undefined {
  if (!isDirectory(handle)) return undefined
  const options = { mode: 'readwrite' } as const
  return {
    name: handle.name,
    handle,
    async mayWrite(ask) {
      // A browser without permissions has granted it.
      const state = (await handle.queryPermission?.(options)) ?? 'granted'
      if (state !== 'prompt' || !ask) return state === 'granted'
      return (await handle.requestPermission?.(options)) === 'granted'
    },
    async write(path, bytes) {
      const { folder, name } = await openParent(handle, path)
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable()
      try {
        // The browser writes beside the file, and puts it in place when all of it is there.
        await writable.write(bytes)
        await writable.close()
      } catch (error) {
        await writable.abort().catch(() => undefined)
        throw error
      }
    },
    async read(path) {
      const { folder, name } = await openParent(handle, path)
      try {
        return await (await folder.getFileHandle(name)).getFile()
      } catch (error) {
        if ((error as Error).name === 'NotFoundError') return undefined
        throw error
      }
    },
    list: (path) => listIn(handle, path),
  }
}

function isDirectory(handle: unknown): handle is DirectoryHandle {
  return typeof handle === 'object' && handle !== null && (handle as { kind?: unknown }).kind === 'directory'
}

async function openParent(root: DirectoryHandle, path: readonly string[]) {
  let folder: FileSystemDirectoryHandle = root
  for (const part of path.slice(0, -1)) folder = await folder.getDirectoryHandle(part, { create: true })
  return { folder, name: path.at(-1) ?? '' }
}

async function* listIn(root: DirectoryHandle, path: readonly string[]): AsyncGenerator<readonly string[]> {
  let folder: FileSystemDirectoryHandle = root
  try {
    for (const part of path) folder = await folder.getDirectoryHandle(part)
  } catch (error) {
    if ((error as Error).name === 'NotFoundError') return
    throw error
  }
  for await (const entry of folder.values()) {
    if (entry.kind === 'file') yield [...path, entry.name]
    else yield* listIn(root, [...path, entry.name])
  }
}
