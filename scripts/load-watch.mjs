// Preloaded into the server under `npm run load -- hostile` (node --import): reports the longest block of its event loop.
import { readFileSync } from 'node:fs'
import process from 'node:process'

const tickMs = 5
const none = { workedMs: 0, clockMs: 0 }
let longest = { ...none }
let last = read()

/**
 * `workedMs`: processor time of this thread. A block lasts that long on a machine with nothing else to do: the server waits
 * for nothing synchronously but its log. Without schedstat (Linux) it is the clock, and a busy machine looks like a block.
 */
function read() {
  const clockMs = performance.now()
  try {
    return { clockMs, workedMs: Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6 }
  } catch {
    return { clockMs, workedMs: clockMs }
  }
}

setInterval(() => {
  const now = read()
  longest = {
    workedMs: Math.max(longest.workedMs, now.workedMs - last.workedMs),
    clockMs: Math.max(longest.clockMs, now.clockMs - last.clockMs - tickMs),
  }
  last = now
}, tickMs).unref()

process.on('message', () => {
  process.send?.(longest)
  longest = { ...none }
})
process.channel?.unref()
