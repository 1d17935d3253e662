/** A folder on disk that the user chose. */
export interface Folder {
  readonly name: string
  /** The browser's own handle, which a database can store. */
  readonly handle: unknown
  /** Whether files can be written now. `ask`: shows the browser's permission prompt, which needs a user gesture. */
  mayWrite(ask: boolean): Promise<boolean>
  /** Writes a whole file, replacing an older one, and creates missing folders. Rejects with the browser's error. */
  write(path: readonly string[], bytes: Blob): Promise<void>
  /** The file's bytes. `undefined`: no such file. */
  read(path: readonly string[]): Promise<Blob | undefined>
  /** Paths of all files in a folder and its subfolders. Empty if there is no such folder. */
  list(path: readonly string[]): AsyncIterable<readonly string[]>
}

/** The parts used here: TypeScript has no types for permissions and the picker below. */
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

/** Asks the user for a folder; needs a user gesture. `undefined`: none was chosen. */
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
      // A browser without this method does not ask for permission.
      const state = (await handle.queryPermission?.(options)) ?? 'granted'
      if (state !== 'prompt' || !ask) return state === 'granted'
      return (await handle.requestPermission?.(options)) === 'granted'
    },
    async write(path, bytes) {
      const { folder, name } = await openParent(handle, path)
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable()
      try {
        // The browser writes to a temporary file and replaces the old file when it is complete.
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
