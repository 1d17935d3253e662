/**
 * Makes clocks, timers and deadlines of this process pass `factor` times faster, until the returned function is called.
 * Nothing is skipped and the order stays the same. Node's own sockets keep real time.
 * `patient`: deadlines of ten seconds or more keep real time too, because a busy machine would miss them in fast time.
 */
export function speedUp(factor: number, { patient = false } = {}): () => void {
  const real = { setTimeout, timeout: AbortSignal.timeout, wall: Date.now, clock: performance.now.bind(performance) }
  const startedAt = real.clock()
  const wallAt = real.wall()
  const passed = () => (real.clock() - startedAt) * factor

  globalThis.setTimeout = ((work: () => void, ms = 0, ...args: []) =>
    real.setTimeout(work, patient && ms >= 10_000 ? ms : ms / factor, ...args)) as typeof setTimeout
  AbortSignal.timeout = (ms) => real.timeout.call(AbortSignal, Math.ceil(ms / factor))
  Date.now = () => Math.round(wallAt + passed())
  performance.now = () => startedAt + passed()

  return () => {
    globalThis.setTimeout = real.setTimeout
    AbortSignal.timeout = real.timeout
    Date.now = real.wall
    performance.now = real.clock
  }
}
