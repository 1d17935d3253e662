import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import { type Adopted, adoptTask } from '#generation/adopt.ts'
import { paintedImage } from '../../support/images.ts'
import { type Machine, openMachine } from '../../support/machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await openMachine()
})

afterEach(() => machine.close())

const adopt = (taskId: string, family = 'flux-kontext') =>
  adoptTask({ store: machine.store, now: () => Date.now(), newId: () => crypto.randomUUID() }, taskId, family)

const submissions = async () => (await machine.simulator.state()).submissions.length

/** Sends a task from another client of the same account. */
async function sendElsewhere(prompt = 'a blue heron'): Promise<string> {
  const response = await machine.network.send('/api/v1/flux/kontext/generate', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ model: 'flux-kontext-pro', prompt }),
  })
  const { data } = (await response.json()) as { data: { taskId: string } }
  return data.taskId
}

async function drive(adopted: Adopted) {
  if (adopted.known) throw new Error('already known')
  return machine.runner.drive(adopted.run.id, machine.never)
}

describe('a task that was sent elsewhere', () => {
  test('is adopted by its id: its picture is kept, and nothing is sent or charged', async () => {
    const taskId = await sendElsewhere()
    const run = await drive(await adopt(`  ${taskId}\n`))
    expect(run).toMatchObject({
      recipe: { family: 'flux-kontext', sources: [] },
      marks: { priceCredits: 0, pace: 'adopted' },
      state: { phase: 'saved', task: { taskId } },
    })
    expect(await submissions()).toBe(1)
    const [picture] = await machine.store.pictures('gallery', 10)
    expect(picture).toMatchObject({ prompt: `Task ${taskId}`, origin: { kind: 'made', model: 'Flux Kontext' } })
  })

  test('that the service does not know fails at once, with clear words', async () => {
    const run = await drive(await adopt('0123456789abcdef0123456789abcdef'))
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unexpected' } } })
    expect(JSON.stringify(run)).toContain('does not know this task')
    const { polls } = await machine.simulator.state()
    expect(Object.values(polls).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1)
  })

  test.each(['', '   ', 'two words', 'a/b', 'x'.repeat(129), '<script>'])('%j is no task id', async (taskId) => {
    const message =
      taskId.trim() === '' ? 'Paste a task ID.' : "That isn't a task ID. It has letters and digits, and no spaces."
    await expect(adopt(taskId)).rejects.toMatchObject({
      failure: { kind: 'invalid', issues: [{ field: 'task', message }] },
    })
    expect(await machine.store.recentRuns(10)).toEqual([])
  })

  test('of a model that this version does not know is refused', async () => {
    const message = 'This version of Atelier does not know the model.'
    await expect(adopt('abc', 'flux-9')).rejects.toMatchObject({
      failure: { kind: 'invalid', issues: [{ field: 'task', message }] },
    })
  })
})

describe('a task that is here already', () => {
  test('is given back as its run and its picture, not made twice', async () => {
    const made = await machine.generate()
    if (made?.state.phase !== 'saved') throw new Error('not saved')
    expect(await adopt(made.state.task.taskId)).toEqual({ known: true, run: made, picture: made.state.pictures[0] })
    expect(await machine.store.recentRuns(10)).toHaveLength(1)
  })

  test('is known while it works, and after it failed', async () => {
    const taskId = await sendElsewhere()
    const first = await adopt(taskId)
    expect(await adopt(taskId)).toMatchObject({ known: true, run: { id: first.run?.id, state: { phase: 'working' } } })
    const failed = await drive(await adopt('unknown-to-the-service'))
    expect(await adopt('unknown-to-the-service')).toEqual({ known: true, run: failed })
  })

  test('is known by a picture that came here without its run', async () => {
    await machine.store.addPicture({
      id: 'restored-1' as PictureId,
      shelf: 'gallery',
      createdAt: 1,
      prompt: 'a fox',
      parents: [],
      origin: {
        kind: 'made',
        run: 'elsewhere' as RunId,
        recipe: machine.recipe(),
        model: 'Flux Kontext Pro',
        provider: 'kie-kontext',
        task: { provider: 'kie-kontext', taskId: 'task-of-a-backup' as TaskId },
        index: 0,
        durationMs: 1,
        simulated: false,
      },
      bytes: await paintedImage('jpeg'),
    })
    expect(await adopt('task-of-a-backup')).toEqual({ known: true, picture: 'restored-1' })
  })
})
