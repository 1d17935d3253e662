import { spawn } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { atFreePort, untilPrinted } from '../../support/started.ts'

const run = (script: string) => spawn(process.execPath, ['-e', script])

describe('a program that a test starts', () => {
  it('is ready when it has printed so', async () => {
    const child = run("console.error('a warning'); console.log('ready at 4711'); setInterval(() => {}, 1_000)")
    const [, port] = await untilPrinted(child, /ready at (\d+)/, { name: 'The program' })
    expect(port).toBe('4711')
    child.kill('SIGKILL')
  })

  it('is ended and named, with what it printed, where it never gets ready', async () => {
    const child = run("console.log('loading'); setInterval(() => {}, 1_000)")
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const ready = untilPrinted(child, /ready/, { name: 'The program' })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      vi.advanceTimersByTime(60_000)
      await expect(ready).rejects.toThrow('The program was not ready after 60 s. It printed: loading')
    } finally {
      vi.useRealTimers()
    }
    expect(await ended).toBe('SIGKILL')
  })

  it('is named where it ends before it is ready, and where it is not there', async () => {
    const ends = untilPrinted(run("console.log('no room'); process.exitCode = 7"), /ready/, { name: 'The program' })
    await expect(ends).rejects.toThrow('The program ended with 7 before it was ready. It printed: no room')
    const isMissing = untilPrinted(spawn('/not/there'), /ready/, { name: 'The program' })
    await expect(isMissing).rejects.toThrow('The program could not be started: spawn /not/there ENOENT')
  })
})

describe('a port', () => {
  it('that is in use is no failure: another one is tried, below those of outgoing connections', async () => {
    const tried: number[] = []
    const start = async (port: number) => {
      tried.push(port)
      if (tried.length < 3) throw new Error('Port is in use.')
      return port
    }
    expect(await atFreePort(start)).toBe(tried[2])
    for (const port of tried) expect(port >= 20_000 && port < 32_000).toBe(true)
  })

  it('is given up where the program fails for another reason, or ten times', async () => {
    let tries = 0
    const failWith = (message: string) => async () => {
      tries += 1
      throw new Error(message)
    }
    await expect(atFreePort(failWith('no memory'))).rejects.toThrow('no memory')
    expect(tries).toBe(1)
    await expect(atFreePort(failWith('bind: Address already in use'))).rejects.toThrow('already in use')
    expect(tries).toBe(11)
  })
})
