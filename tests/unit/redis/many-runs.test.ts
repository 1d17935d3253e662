import { describe, expect, it } from 'vitest'
import { makeManyRuns } from '../../support/many-runs.ts'

/** `npm run replicas` sets the number and uses the built server. */
const { REPLICA_RUNS, REPLICA_ENTRY } = process.env
const runs = Number(REPLICA_RUNS ?? 16)
const options = {
  runs,
  ...(REPLICA_ENTRY ? { entry: REPLICA_ENTRY } : {}),
  ...(REPLICA_RUNS ? { say: (line: string) => void process.stderr.write(`${line}\n`) } : {}),
}
// The service accepts 18 in 10 s.
const timeout = 120_000 + runs * 2_000

describe('two proxies behind a balancer, with callbacks on', () => {
  it('P06, W06: make each picture once, though one of them is killed half-way', { timeout }, async () => {
    const made = await makeManyRuns({ ...options, disturb: (end) => end(0, 'SIGKILL') })
    options.say?.(JSON.stringify(made))
    expect(made).toMatchObject({ pictures: runs, tasks: runs, charges: runs })
  })

  it('S01: make each picture once, none in doubt, though both are restarted in turn', { timeout }, async () => {
    const disturb = async (end: (index: number, signal: NodeJS.Signals) => Promise<void>) => {
      await end(0, 'SIGTERM')
      await end(1, 'SIGTERM')
    }
    const made = await makeManyRuns({ ...options, disturb })
    options.say?.(JSON.stringify(made))
    expect(made).toMatchObject({ pictures: runs, tasks: runs, charges: runs, doubtful: 0 })
  })
})
