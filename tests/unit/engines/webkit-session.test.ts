import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startSession } from '../../engines/webkit-session.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-driver-'))
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => rm(folder, { recursive: true }))

/** A driver that leaves a file for each start, and then does what `answer` says: code with `starts` and `response`. */
async function driverThat(answer: string): Promise<string> {
  const path = join(folder, 'driver.mjs')
  const code = `#!${process.execPath}
    import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
    import { createServer } from 'node:http'
    const port = Number(process.argv[2].slice('--port='.length))
    mkdirSync('${folder}/starts', { recursive: true })
    writeFileSync('${folder}/starts/' + process.pid, '')
    const starts = readdirSync('${folder}/starts').length
    createServer((request, response) => {
      const opened = () => response.end(JSON.stringify({ value: { sessionId: 'one', capabilities: {} } }))
      ${answer}
    }).listen(port, '127.0.0.1')`
  await writeFile(path, code, { mode: 0o755 })
  return path
}

const pidsOf = async () => (await readdir(join(folder, 'starts'))).map(Number)
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a driver that never answers is ended and started again', async () => {
  const driver = await driverThat('if (starts > 1) opened()')
  const { session, end } = await startSession({ driver, browser: 'none', env: process.env, limitMs: 3_000 })
  expect((await session.getSession()).getId()).toBe('one')
  const pids = await pidsOf()
  expect(pids.map(isRunning).filter(Boolean)).toHaveLength(1)
  await end()
  expect(pids.map(isRunning)).toEqual([false, false])
})

test('a driver that ends at once is started again without waiting', async () => {
  const driver = await driverThat('if (starts === 1) process.exit(3); else opened()')
  const { end } = await startSession({ driver, browser: 'none', env: process.env, limitMs: 60_000 })
  await end()
  expect(await pidsOf()).toHaveLength(2)
})

test('after three starts it fails, and says what the driver printed', async () => {
  const driver = await driverThat('console.error("no display"); setTimeout(() => process.exit(3), 50)')
  const started = startSession({ driver, browser: 'none', env: process.env })
  await expect(started).rejects.toThrow(/in 3 starts.*The driver ended \(3\)\. no display/s)
  expect(await pidsOf()).toHaveLength(3)
})
