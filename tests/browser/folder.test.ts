import { afterEach, expect, test } from 'vitest'
import { folderOf } from '#platform/folder.ts'
import { openGallery } from '#store/gallery-store.ts'

const name = 'folder-of-tests'

afterEach(async () => {
  const root = await navigator.storage.getDirectory()
  await root.removeEntry(name, { recursive: true }).catch(() => undefined)
})

async function openFolder() {
  const root = await navigator.storage.getDirectory()
  const folder = folderOf(await root.getDirectoryHandle(name, { create: true }))
  if (!folder) throw new Error('no folder')
  return folder
}

test('a folder of the browser takes files, gives them back, and lists those in folders within it', async () => {
  const folder = await openFolder()
  expect(await folder.mayWrite(false)).toBe(true)
  await folder.write(['images', '2026-11', 'füchse 狐.png'], new Blob(['first']))
  await folder.write(['images', '2026-11', 'füchse 狐.png'], new Blob(['second']))
  await folder.write(['README.txt'], new Blob(['read me']))
  expect(await (await folder.read(['images', '2026-11', 'füchse 狐.png']))?.text()).toBe('second')
  expect(await folder.read(['images', '2026-11', 'none.png'])).toBeUndefined()
  const paths: string[] = []
  for await (const path of folder.list(['images'])) paths.push(path.join('/'))
  expect(paths).toEqual(['images/2026-11/füchse 狐.png'])
  for await (const path of folder.list(['nothing'])) throw new Error(`${path} should not be there`)
})

test('a name that leads upward, or holds a slash, is refused', async () => {
  const folder = await openFolder()
  for (const path of [['..', 'x'], ['a/b'], ['.'], ['']])
    await expect(folder.write(path, new Blob(['x']))).rejects.toThrow()
})

test('a folder that was deleted rejects by a name that is told from others', async () => {
  const folder = await openFolder()
  const root = await navigator.storage.getDirectory()
  await root.removeEntry(name, { recursive: true })
  await expect(folder.write(['images', 'x.png'], new Blob(['x']))).rejects.toMatchObject({ name: 'NotFoundError' })
})

test('a folder is kept in the database, and is the same afterwards', async () => {
  const folder = await openFolder()
  const store = await openGallery({ name: 'folder-handles' })
  try {
    const folders = await store.folders()
    await folders.put({ id: 'copy', handle: folder.handle, writtenUntil: 7 })
    const kept = await folders.get('copy')
    expect(kept?.writtenUntil).toBe(7)
    const again = folderOf(kept?.handle)
    await again?.write(['a.txt'], new Blob(['a']))
    expect(await (await folder.read(['a.txt']))?.text()).toBe('a')
    await folders.remove('copy')
    expect(await folders.get('copy')).toBeUndefined()
  } finally {
    store.close()
    indexedDB.deleteDatabase('folder-handles')
  }
})
