import { expect, test } from 'vitest'
import type * as zod from 'zod/mini'
import { type CheckedFamily, choices, promptIssues } from '#models/model.ts'
import { objections } from '#models/objections.ts'
import { createSimulator } from '#simulator/simulator.ts'

const promptLength = { min: 1, max: 200 }

/** The contents of a new family's file; its line in the catalogue is the list below. */
const sketch: CheckedFamily = {
  id: 'sketch',
  title: 'Sketch',
  provider: 'kie-jobs',
  marksAs: 'burnt',
  maxSources: 0,
  promptLength,
  defaults: { prompt: '', paper: 'rough' },
  fields: () => [{ kind: 'choice', name: 'paper', label: 'Paper', options: choices('rough', 'smooth') }],
  issues: (draft) => promptIssues(String(draft.prompt), 0, promptLength),
  quote: () => ({ priceCredits: 3, model: 'Sketch', pace: 'sketch', usualMs: 4_000, asked: '' }),
  brief: ({ prompt }) => ({ prompt: String(prompt), size: '1K' }),
  toBody: ({ prompt, paper }) => ({ model: 'vendor/sketch', input: { prompt, paper } }),
  body: (z: typeof zod) =>
    z.strictObject({
      model: z.literal('vendor/sketch'),
      input: z.strictObject({ prompt: z.string(), paper: z.enum(['rough', 'smooth']) }),
    }),
  priceOf: () => 3,
  sourcesIn: () => [],
  convertTo: () => undefined,
}

test('a third family is sent, checked and charged without a change anywhere else', async () => {
  const painter = { create: async () => new Uint8Array([0xff, 0xd8, 0xff]), edit: async () => new Uint8Array() }
  const simulator = createSimulator({ origin: () => 'http://127.0.0.1:1', painter, families: [sketch] })
  const submit = async (body: unknown) => {
    const request = new Request('http://127.0.0.1:1/api/v1/jobs/createTask', {
      method: 'POST',
      headers: { authorization: 'Bearer simulated', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await simulator.fetch(request)).json()
  }
  const body = sketch.toBody({ prompt: 'a heron', paper: 'smooth' }, [])
  expect(objections(sketch, body)).toEqual([])
  expect(await submit(body)).toMatchObject({ code: 200, data: { taskId: expect.any(String) } })
  const foreign = sketch.toBody({ prompt: 'a heron', paper: 'glossy' }, [])
  expect(objections(sketch, foreign)).toHaveLength(1)
  expect(await submit(foreign)).toMatchObject({ code: 500, msg: expect.stringContaining('paper') })
  expect((await simulator.state()).charges).toHaveLength(1)
  simulator.close()
})
