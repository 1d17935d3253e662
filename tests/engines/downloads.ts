import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Download, timeoutMs } from './door.ts'

/** The file that a browser adds to `folder` during `act`, when it is complete. */
export async function downloadTo(folder: string, act: () => Promise<void>): Promise<Download> {
  await mkdir(folder, { recursive: true })
  const before = new Set(await readdir(folder))
  await act()
  const endsAt = performance.now() + timeoutMs
  for (let lastSize = -1; ; ) {
    const added = (await readdir(folder)).filter((name) => !before.has(name))
    const [name] = added.filter((name) => !/\.(part|wkdownload)$/.test(name))
    if (name && added.length === 1) {
      const { size } = await stat(join(folder, name))
      // Firefox first makes an empty file with the final name. A file is complete when its size no longer changes.
      if (size > 0 && size === lastSize) {
        const bytes = await readFile(join(folder, name))
        // WebKit would replace it by the next one of that name, which is then not seen as added.
        await rm(join(folder, name))
        return { name, bytes }
      }
      lastSize = size
    }
    if (performance.now() > endsAt) throw new Error(`No download came into ${folder}.`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
