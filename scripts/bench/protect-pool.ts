import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Order, Reply } from './protect-worker.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = `${root}node_modules/.cache/bench/protect`

/**
 * Samples for all orders, measured by as many processes as there are processors. Each sample is written to disk as it
 * comes, under a digest of the code that it depends on: a bench that was stopped goes on where it ended.
 */
export async function measureAll(orders: readonly Order[], photographs: string): Promise<unknown[]> {
  const folder = `${cache}/${await digestOf(photographs)}`
  await mkdir(folder, { recursive: true })
  const samples: unknown[] = await Promise.all(orders.map((order) => readSample(folder, order)))
  const open = orders.flatMap((_, at) => (samples[at] === undefined ? [at] : []))
  let done = orders.length - open.length
  if (done > 0) console.log(`${done} of ${orders.length} measured before`)
  const work = async () => {
    const worker = startWorker()
    try {
      for (let at = open.shift(); at !== undefined; at = open.shift()) {
        const order = orders[at]
        if (!order) continue
        const begin = performance.now()
        const sample = await ask(worker, order)
        samples[at] = sample
        await writeFile(fileOf(folder, order), JSON.stringify(sample))
        done += 1
        const seconds = ((performance.now() - begin) / 1000).toFixed(0)
        console.log(`${done} of ${orders.length}: ${order.measure}, photograph ${order.photograph + 1} (${seconds} s)`)
      }
    } finally {
      worker.kill()
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), open.length) }, work))
  return samples
}

function startWorker(): ChildProcess {
  return fork(fileURLToPath(new URL('./protect-worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    cwd: root,
  })
}

function ask(worker: ChildProcess, order: Order): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = () => {
      worker.off('message', read)
      worker.off('exit', fail)
    }
    const read = (reply: Reply) => {
      end()
      if ('error' in reply) reject(new Error(`${order.measure}, photograph ${order.photograph + 1}: ${reply.error}`))
      else resolve(reply.sample)
    }
    const fail = (code: number | null) => {
      end()
      reject(new Error(`The process that measures ended with ${code}.`))
    }
    worker.on('message', read)
    worker.on('exit', fail)
    worker.send(order)
  })
}

function fileOf(folder: string, { measure, photograph }: Order): string {
  return `${folder}/${measure}-${photograph}.json`
}

async function readSample(folder: string, order: Order): Promise<unknown> {
  const text = await readFile(fileOf(folder, order), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

/** Of all that a sample depends on. */
async function digestOf(photographs: string): Promise<string> {
  const folders = ['src/imaging/edit', 'src/domain', 'scripts/bench', 'tests/support']
  const files = (
    await Promise.all(folders.map(async (folder) => (await readdir(root + folder)).map((name) => `${folder}/${name}`)))
  )
    .flat()
    .filter((file) =>
      /imaging\/edit\/.*\.ts$|domain\/(edit|area-box|laying)\.ts$|bench\/protect-[^/]*\.ts$|(answer-faults|made-scene)\.ts$/.test(
        file,
      ),
    )
    .filter((file) => !/protect-(time|page|size|strokes|pool)\.ts$/.test(file))
    .sort()
  const digest = createHash('sha256').update(photographs)
  for (const file of files) digest.update(file).update(await readFile(root + file))
  return digest.digest('hex').slice(0, 16)
}
