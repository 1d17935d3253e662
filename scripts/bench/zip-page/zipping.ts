import { makeZip } from 'client-zip'
import { openSaveTarget } from '#platform/save-stream.ts'

declare global {
  /** Saves an archive of so many files of so many bytes, as an export does. Resolves when it is among the downloads. */
  var zipping: (count: number, bytes: number) => Promise<void>
}

globalThis.zipping = async (count, bytes) => {
  async function* entries() {
    for (let index = 0; index < count; index += 1) {
      // Each file is another one, and is made when its turn comes.
      const data = new Uint8Array(bytes).fill(index % 251)
      yield { name: `${String(index).padStart(4, '0')}.png`, input: new Blob([data]) }
    }
  }
  const target = await openSaveTarget('images.zip', count * bytes)
  await target?.write(makeZip(entries()))
}
