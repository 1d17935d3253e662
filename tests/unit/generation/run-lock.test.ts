import { beforeEach, describe, expect, test } from 'vitest'
import { createRunLock } from '#generation/run-lock.ts'
import { createHeldTime, createWindows, settled } from '../../support/windows.ts'

const name = 'atelier-run-1'
const never = new AbortController().signal
const always = async () => true

let time: ReturnType<typeof createHeldTime>
let windows: ReturnType<typeof createWindows>

beforeEach(() => {
  time = createHeldTime()
  windows = createWindows()
})

function openWindow({ isVisible = true } = {}) {
  const window = windows.open()
  const state = { isVisible }
  const lock = createRunLock({ ...window, ...time, isVisible: () => state.isVisible })
  return { ...window, lock, state }
}

/** Work that lasts until a test ends it or its signal aborts. */
function openWork(log: string[], who: string) {
  let finish: (value: string) => void = () => undefined
  const work = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      log.push(`${who} begins`)
      finish = resolve
      signal.addEventListener('abort', () => {
        log.push(`${who} stops`)
        reject(signal.reason)
      })
    })
  return { work, finish: (value: string) => finish(value) }
}

describe('one run in several windows', () => {
  test('has one holder; the next one begins when that ends', async () => {
    const log: string[] = []
    const [first, second] = [openWork(log, 'first'), openWork(log, 'second')]
    const one = openWindow().lock(name, never, first.work, always)
    const two = openWindow().lock(name, never, second.work, always)
    await settled()
    expect(log).toEqual(['first begins'])
    first.finish('saved')
    expect(await one).toBe('saved')
    await settled()
    expect(log).toEqual(['first begins', 'second begins'])
    second.finish('nothing to do')
    expect(await two).toBe('nothing to do')
  })

  test('keeps its holder as long as that is visible and answers', async () => {
    const log: string[] = []
    void openWindow().lock(name, never, openWork(log, 'first').work, always)
    void openWindow().lock(name, never, openWork(log, 'second').work, always)
    await time.pass(600_000, 5_000)
    expect(log).toEqual(['first begins'])
  })

  test('T06 goes from a hidden window to a visible one, and comes back when that changes', async () => {
    const log: string[] = []
    const [first, second] = [openWindow(), openWindow()]
    void first.lock(name, never, openWork(log, 'first').work, always)
    void second.lock(name, never, openWork(log, 'second').work, always)
    await settled()
    first.state.isVisible = false
    await time.pass(6_000)
    expect(log).toEqual(['first begins', 'first stops', 'second begins'])
    first.state.isVisible = true
    second.state.isVisible = false
    await time.pass(6_000)
    expect(log.slice(3)).toEqual(['second stops', 'first begins'])
  })

  test('T06 that comes to a hidden window goes on at once to a visible one', async () => {
    const log: string[] = []
    const first = openWork(log, 'first')
    void openWindow().lock(name, never, first.work, always)
    void openWindow({ isVisible: false }).lock(name, never, openWork(log, 'hidden').work, always)
    void openWindow().lock(name, never, openWork(log, 'seen').work, always)
    await settled()
    first.finish('gone')
    await settled()
    expect(log).toEqual(['first begins', 'hidden begins', 'hidden stops', 'seen begins'])
  })

  test('stays where it is while no window is visible', async () => {
    const log: string[] = []
    void openWindow({ isVisible: false }).lock(name, never, openWork(log, 'first').work, always)
    void openWindow({ isVisible: false }).lock(name, never, openWork(log, 'second').work, always)
    await time.pass(600_000, 5_000)
    expect(log).toEqual(['first begins'])
  })

  test('a holder that gave way, but cannot stop at once, ends its work first', async () => {
    const log: string[] = []
    const hidden = openWindow({ isVisible: false })
    let arrive: (value: string) => void = () => undefined
    const submission = () => new Promise<string>((resolve) => (arrive = resolve))
    const one = hidden.lock(name, never, submission, always)
    await settled()
    void openWindow().lock(name, never, openWork(log, 'seen').work, async () => false)
    await time.pass(60_000)
    expect(log).toEqual([])
    arrive('working')
    expect(await one).toBe('working')
    await settled()
    expect(log).toEqual(['seen begins'])
  })

  test('T06 does not leave a hidden window for a visible one that does not wait for it', async () => {
    const log: string[] = []
    const stop = new AbortController()
    const first = openWork(log, 'first')
    const seen = openWindow()
    const one = openWindow().lock(name, never, first.work, always)
    // This window has waited once, and does not any more.
    const given = seen.lock(name, stop.signal, openWork(log, 'seen').work, always).catch(() => 'given up')
    void openWindow({ isVisible: false }).lock(name, never, openWork(log, 'hidden').work, always)
    await settled()
    stop.abort()
    expect(await given).toBe('given up')
    first.finish('saved')
    await one
    await time.pass(60_000)
    expect(log).toEqual(['first begins', 'hidden begins'])
  })

  test('is announced only by a hidden window', async () => {
    const messages: unknown[] = []
    for (const isVisible of [true, false]) {
      const window = windows.open()
      const channel = { ...window.channel, postMessage: (message: unknown) => void messages.push(message) }
      const lock = createRunLock({ ...window, ...time, channel, isVisible: () => isVisible })
      await lock(`name-${isVisible}`, never, async () => 'done', always)
    }
    expect(messages).toEqual([
      { kind: 'who', name: 'name-true' },
      { kind: 'unseen', name: 'name-false' },
    ])
  })

  test('T03 of a frozen holder is taken over after half a minute of silence, and not before', async () => {
    const log: string[] = []
    const frozen = openWindow()
    void frozen.lock(name, never, openWork(log, 'frozen').work, always)
    void openWindow().lock(name, never, openWork(log, 'seen').work, always)
    await settled()
    frozen.freeze()
    await time.pass(29_000)
    expect(log).toEqual(['frozen begins'])
    await time.pass(1_000)
    expect(log.slice(1).sort()).toEqual(['frozen stops', 'seen begins'])
  })

  test('T03 a holder that is no longer frozen queues again and continues when the other ends', async () => {
    const log: string[] = []
    const frozen = openWindow()
    const [first, second] = [openWork(log, 'frozen'), openWork(log, 'seen')]
    const one = frozen.lock(name, never, first.work, always)
    const two = openWindow().lock(name, never, second.work, always)
    await settled()
    frozen.freeze()
    await time.pass(40_000)
    frozen.thaw()
    second.finish('saved')
    expect(await two).toBe('saved')
    await settled()
    expect(log.at(-1)).toBe('frozen begins')
    first.finish('already saved')
    expect(await one).toBe('already saved')
  })

  test('a holder that finished while the name was taken gives its own result', async () => {
    const frozen = openWindow()
    let finish: (value: string) => void = () => undefined
    const one = frozen.lock(name, never, () => new Promise<string>((resolve) => (finish = resolve)), always)
    void openWindow().lock(name, never, openWork([], 'seen').work, always)
    await settled()
    frozen.freeze()
    await time.pass(40_000)
    finish('saved')
    expect(await one).toBe('saved')
  })

  test('is not taken over while that is not safe: a submission may be under way', async () => {
    const log: string[] = []
    const frozen = openWindow()
    let isSafe = false
    void frozen.lock(name, never, openWork(log, 'frozen').work, always)
    void openWindow().lock(name, never, openWork(log, 'seen').work, async () => isSafe)
    await settled()
    frozen.freeze()
    await time.pass(300_000, 5_000)
    expect(log).toEqual(['frozen begins'])
    isSafe = true
    await time.pass(70_000, 5_000)
    expect(log).toContain('seen begins')
  })

  test('is not taken over by a hidden window', async () => {
    const log: string[] = []
    const frozen = openWindow()
    const hidden = openWindow({ isVisible: false })
    void frozen.lock(name, never, openWork(log, 'frozen').work, always)
    void hidden.lock(name, never, openWork(log, 'hidden').work, always)
    await settled()
    frozen.freeze()
    await time.pass(300_000, 5_000)
    expect(log).toEqual(['frozen begins'])
    hidden.state.isVisible = true
    await time.pass(40_000)
    expect(log).toContain('hidden begins')
  })

  test('is not taken from the same window, which does not hear its own answers', async () => {
    const log: string[] = []
    const { lock } = openWindow()
    void lock(name, never, openWork(log, 'first').work, always)
    void lock(name, never, openWork(log, 'second').work, always)
    await time.pass(600_000, 5_000)
    expect(log).toEqual(['first begins'])
  })

  test('T03 a window that lost the name, but cannot stop at once, no longer answers for it', async () => {
    const log: string[] = []
    const [first, second] = [openWindow(), openWindow()]
    void first.lock(name, never, () => new Promise<string>(() => log.push('first begins')), always)
    void second.lock(name, never, openWork(log, 'second').work, always)
    await settled()
    first.freeze()
    await time.pass(40_000)
    expect(log).toEqual(['first begins', 'second begins'])
    first.thaw()
    second.freeze()
    void openWindow().lock(name, never, openWork(log, 'third').work, always)
    await time.pass(40_000)
    expect(log).toContain('third begins')
  })

  test('T04 a window that was asleep itself does not treat the other as silent', async () => {
    const log: string[] = []
    void openWindow().lock(name, never, openWork(log, 'first').work, always)
    void openWindow().lock(name, never, openWork(log, 'second').work, always)
    await settled()
    await time.sleep(2 * 3_600_000)
    await time.pass(60_000)
    expect(log).toEqual(['first begins'])
  })

  test('that is no longer waited for leaves the queue', async () => {
    const log: string[] = []
    const stop = new AbortController()
    const first = openWork(log, 'first')
    const one = openWindow().lock(name, never, first.work, always)
    const two = openWindow().lock(name, stop.signal, openWork(log, 'second').work, always)
    stop.abort()
    await expect(two).rejects.toMatchObject({ name: 'AbortError' })
    first.finish('saved')
    await one
    await settled()
    expect(log).toEqual(['first begins'])
    expect(time.waiting()).toEqual([])
  })

  test('that is no longer waited for while it is driven ends its work', async () => {
    const log: string[] = []
    const stop = new AbortController()
    const one = openWindow().lock(name, stop.signal, openWork(log, 'first').work, always)
    await settled()
    stop.abort(new Error('stopped'))
    await expect(one).rejects.toThrow('stopped')
    expect(log).toEqual(['first begins', 'first stops'])
  })

  test('that is not waited for any more from the start asks for no lock', async () => {
    const window = windows.open()
    let asked = 0
    const request = () => {
      asked += 1
      return Promise.reject(new Error('asked'))
    }
    const lock = createRunLock({ ...window, ...time, locks: { request }, isVisible: () => true })
    const stopped = AbortSignal.abort(new Error('stopped'))
    await expect(lock(name, stopped, async () => 'begun', always)).rejects.toThrow('stopped')
    expect(asked).toBe(0)
  })

  test('what the work rejects with is passed on, and its turn is over', async () => {
    const { lock } = openWindow()
    await expect(lock(name, never, () => Promise.reject(new Error('no room')), always)).rejects.toThrow('no room')
    expect(await lock(name, never, async () => 'next', always)).toBe('next')
  })

  test('that is aborted by something else than a signal of the lock does not begin again', async () => {
    const { lock } = openWindow()
    let begun = 0
    const work = async () => {
      begun += 1
      throw new DOMException('the request was aborted', 'AbortError')
    }
    await expect(lock(name, never, work, always)).rejects.toThrow('the request was aborted')
    expect(begun).toBe(1)
  })

  test('what a holder rejects with after it gave way is passed on, and it does not begin again', async () => {
    const log: string[] = []
    const hidden = openWindow({ isVisible: false })
    let begun = 0
    const work = (signal: AbortSignal) =>
      new Promise<string>((_, reject) => {
        begun += 1
        signal.addEventListener('abort', () => reject(new Error('the disk is full')))
      })
    const one = hidden.lock(name, never, work, always)
    await settled()
    void openWindow().lock(name, never, openWork(log, 'seen').work, always)
    await expect(one).rejects.toThrow('the disk is full')
    await settled()
    expect([begun, log]).toEqual([1, ['seen begins']])
  })

  test('T03 of a frozen holder is taken over by one of two windows: they do not hear each other as the holder', async () => {
    const log: string[] = []
    const frozen = openWindow()
    void frozen.lock(name, never, openWork(log, 'frozen').work, always)
    void openWindow().lock(name, never, openWork(log, 'one').work, always)
    await settled()
    frozen.freeze()
    await time.pass(2_000)
    void openWindow().lock(name, never, openWork(log, 'another').work, always)
    await time.pass(38_000)
    expect(log).toContain('frozen stops')
    expect(log.filter((line) => / begins$/.test(line))).toHaveLength(2)
  })

  test('T03 is taken over by a window that had held it before', async () => {
    const log: string[] = []
    const first = openWork(log, 'first')
    const [one, frozen] = [openWindow(), openWindow()]
    const before = one.lock(name, never, first.work, always)
    await settled()
    first.finish('saved')
    await before
    void frozen.lock(name, never, openWork(log, 'frozen').work, always)
    void one.lock(name, never, openWork(log, 'again').work, always)
    await settled()
    frozen.freeze()
    await time.pass(30_000)
    expect(log.slice(0, 2)).toEqual(['first begins', 'frozen begins'])
    expect(log.slice(2).sort()).toEqual(['again begins', 'frozen stops'])
  })

  test('a browser that gives no locks is told as such, and nothing is begun', async () => {
    const window = windows.open()
    let asked = 0
    const request = () => {
      asked += 1
      return Promise.reject(new DOMException('no locks here', 'InvalidStateError'))
    }
    const lock = createRunLock({ ...window, ...time, locks: { request }, isVisible: () => true })
    await expect(lock(name, never, async () => 'begun', always)).rejects.toThrow('no locks here')
    expect(asked).toBe(1)
  })
})
