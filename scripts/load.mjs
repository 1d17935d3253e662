// `npm run load`, or `npm run load -- hostile` (load-hostile.mjs): many clients at the built proxy, with the simulator
// behind it. Fails if anything but the rate limit refuses.
import { join } from 'node:path'
import process from 'node:process'
import { start } from './load-servers.mjs'
import { ensureBuilt, ensureInstalled, root } from './prepare.mjs'

const pollsPerSecond = 1_000
const pollSeconds = 30
const runs = 200
/** The most memory after the load, relative to memory after a short first round: a process seldom gives memory back. */
const mostGrowth = 1.25
const kontext = '/api/v1/flux/kontext/generate'

ensureInstalled()
ensureBuilt()
if (process.argv.includes('hostile')) {
  await import('./load-hostile.mjs')
  process.exit()
}
// Imported only after it is certainly installed.
const { default: autocannon } = await import('autocannon')
const key = 'simulated'
// Not with the command of tsx, which would start the simulator as a child that outlives it.
const simulator = await start(['--import', import.meta.resolve('tsx'), join(root, 'src/simulator/main.ts')])
const proxy = await start([join(root, 'dist/server/server.js')], {
  KIE_API_KEY: key,
  KIE_API_BASE_URL: simulator.origin,
  KIE_UPLOAD_BASE_URL: simulator.origin,
  KIE_RESULT_HOSTS: new URL(simulator.origin).host,
})
const problems = []
try {
  await fetch(`${simulator.origin}/__sim/switches`, { method: 'POST', body: JSON.stringify({ credits: 100_000 }) })
  await pollALot()
  await submitALot()
} finally {
  await Promise.all([proxy.stop(), simulator.stop()])
}
for (const problem of problems) console.error(`FAILED: ${problem}`)
process.exit(problems.length === 0 ? 0 : 1)

async function pollALot() {
  const { data } = await (await submit(crypto.randomUUID(), 'a task that takes its time [[stuck]]')).json()
  const url = `${proxy.origin}/api/v1/flux/kontext/record-info?taskId=${data.taskId}`
  await autocannon({ url, connections: 50, overallRate: pollsPerSecond, duration: 5 })
  const before = proxy.memoryMb()
  const told = await autocannon({ url, connections: 50, overallRate: pollsPerSecond, duration: pollSeconds })
  const after = proxy.memoryMb()
  const { p50, p99, max } = told.latency
  console.log(`${pollsPerSecond} polls a second for ${pollSeconds} s`)
  console.log(`  answered ${told['2xx']}, refused ${told.non2xx}, errors ${told.errors}, timeouts ${told.timeouts}`)
  console.log(
    `  ${told.requests.average.toFixed(0)} a second; median ${p50} ms, 99 % within ${p99} ms, longest ${max} ms`,
  )
  console.log(`  memory ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after`)
  expect(told.non2xx + told.errors + told.timeouts === 0, 'a poll was refused or lost')
  expect(told['2xx'] >= pollsPerSecond * pollSeconds * 0.95, 'the polls did not keep their pace')
  expect(after <= before * mostGrowth, 'memory grew with the polls')
}

async function submitALot() {
  const startedAt = performance.now()
  const before = proxy.memoryMb()
  const counts = { accepted: 0, refused: 0 }
  const others = []
  await Promise.all(Array.from({ length: runs }, (_, n) => submitAtLast(`run ${n}`, counts, others)))
  const { submissions, charges } = await (await fetch(`${simulator.origin}/__sim/state`)).json()
  const taskIds = new Map()
  for (const { body, taskId } of submissions) {
    if (taskId && /^run \d+$/.test(body.prompt)) taskIds.set(body.prompt, [...(taskIds.get(body.prompt) ?? []), taskId])
  }
  const charged = charges.filter(({ taskId }) => [...taskIds.values()].flat().includes(taskId)).length
  const seconds = (performance.now() - startedAt) / 1000
  console.log(`${runs} submissions at once, each of them sent twice, until all were taken`)
  console.log(
    `  taken ${counts.accepted} answers for ${taskIds.size} runs in ${seconds.toFixed(0)} s, ${counts.refused} times told to wait (429)`,
  )
  console.log(
    `  ${charged} charges; ${submissions.filter(({ code }) => code === 429).length} reached the limit of the service itself`,
  )
  console.log(`  memory ${before.toFixed(0)} MB before, ${proxy.memoryMb().toFixed(0)} MB after`)
  expect(others.length === 0, `answers that are neither taken nor a limit: ${[...new Set(others)].join(', ')}`)
  expect(taskIds.size === runs && charged === runs, 'a run was not charged exactly once')
  expect(proxy.memoryMb() <= before * mostGrowth, 'memory grew with the submissions')
}

/** Two windows send the same run, each as a page does: with the run's key, and again when the limit says so. */
async function submitAtLast(prompt, counts, others) {
  const run = crypto.randomUUID()
  const once = async () => {
    for (;;) {
      const response = await submit(run, prompt)
      const answer = await response.json()
      if (response.status === 429) {
        counts.refused += 1
        await new Promise((resolve) => setTimeout(resolve, answer.proxy?.retryAfterMs ?? 11_000))
        continue
      }
      if (response.status === 200 && answer.code === 200) counts.accepted += 1
      else others.push(`${response.status} ${answer.code} ${answer.msg}`)
      return
    }
  }
  await Promise.all([once(), once()])
}

function submit(run, prompt) {
  const headers = { 'content-type': 'application/json', origin: proxy.origin, 'idempotency-key': run }
  const body = JSON.stringify({ model: 'flux-kontext-pro', prompt })
  return fetch(proxy.origin + kontext, { method: 'POST', headers, body })
}

function expect(isTrue, problem) {
  if (!isTrue) problems.push(problem)
}
