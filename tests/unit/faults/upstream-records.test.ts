import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Provider, TaskStatus } from '#providers/provider.ts'
import { findProvider } from '#providers/registry.ts'
import { json, task, wire } from '../../support/wire.ts'

/** The provider's reading of a record. */
async function read(id: string, data: unknown): Promise<TaskStatus> {
  const { call } = wire(json({ code: 200, msg: 'success', data }))
  return (findProvider(id) as Provider).check(task('a1b2c3d4'), 0, call)
}

const address = 'https://tempfile.aiquickdraw.com/r/a.jpeg'
/** A value in different forms: as text, unchanged, or missing. */
const dressed = (value: number) => fc.constantFrom<unknown>(value, String(value))
const anything = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(undefined, 'null', -1, 1e9, '2026-11-21 10:00:00'))
/** Values in place of an image's address. */
const written = fc.oneof(
  anything,
  fc.webUrl(),
  fc.constantFrom(
    '',
    'null',
    '/r/a.jpeg',
    'javascript:alert(1)',
    'data:text/html,x',
    ' https:// ',
    'file:///etc/hosts',
  ),
)
const unknownWord = fc.string().filter((word) => !['success', 'fail', 'failed', 'error'].includes(word))

describe('records in unusual formats', () => {
  test('U11 flags as text, further members, nulls and times of any kind: a success is a success', async () => {
    await fc.assert(
      fc.asyncProperty(dressed(1), fc.dictionary(fc.string(), anything), anything, async (successFlag, more, time) => {
        const response = { resultImageUrl: address, originImageUrl: null, more }
        const data = {
          ...more,
          taskId: 'x',
          successFlag,
          response,
          errorCode: null,
          createTime: time,
          completeTime: time,
        }
        expect(await read('kie-kontext', data)).toEqual({ state: 'done', imageUrls: [address], spareUrls: [] })
      }),
    )
  })

  test('U11 an unknown state or flag means that the task is still running', async () => {
    await fc.assert(
      fc.asyncProperty(
        unknownWord,
        fc.integer({ min: 4 }),
        fc.dictionary(fc.string(), anything),
        async (state, flag, more) => {
          expect(await read('kie-jobs', { ...more, state, successFlag: null })).toEqual({ state: 'running' })
          expect(await read('kie-kontext', { ...more, successFlag: flag })).toEqual({ state: 'running' })
        },
      ),
    )
  })

  test.each(['kie-kontext', 'kie-jobs'])(
    'U11 whatever %s says, it is read: never an error, never a picture without an address',
    async (id) => {
      const record = fc.record(
        {
          state: fc.oneof(anything, fc.constantFrom('success', 'fail')),
          successFlag: fc.oneof(anything, fc.constantFrom<unknown>(0, 1, 2, 3, '1', '3')),
          response: fc.oneof(
            anything,
            fc.record({ resultImageUrl: written, originImageUrl: written }, { requiredKeys: [] }),
            fc.record({ resultUrls: fc.array(written) }),
          ),
          resultJson: fc.oneof(
            anything,
            fc.json(),
            fc.array(written).map((resultUrls) => JSON.stringify({ resultUrls })),
          ),
          failCode: anything,
          failMsg: anything,
          errorCode: anything,
          errorMessage: anything,
        },
        { requiredKeys: [] },
      )
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            record,
            anything.filter((data) => data !== null && data !== undefined),
          ),
          async (data) => {
            const status = await read(id, data)
            const urls = status.state === 'done' ? status.imageUrls : []
            const spares = status.state === 'done' || status.state === 'empty' ? status.spareUrls : []
            for (const url of [...urls, ...spares]) expect(url).toMatch(/^https?:\/\//i)
            expect(['running', 'done', 'empty', 'failed']).toContain(status.state)
          },
        ),
        { numRuns: 300 },
      )
    },
  )
})
