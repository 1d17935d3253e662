import fc from 'fast-check'
import type { FallbackRule } from '#domain/run.ts'
import { type Fault, faultKinds } from './model-faults.ts'

/** What the service does with a prompt; empty: it succeeds. */
const tokens = [
  '[[policy]]',
  '[[fail500]]',
  '[[createfail]]',
  '[[submit:400]]',
  '[[submit:500]]',
  '[[submit:402]]',
  '[[submit:429]]',
  '[[submit:455]]',
  '[[submit:busy]]',
  '[[null]]',
  '[[hang]]',
  '[[html]]',
  '[[expired]]',
  '[[gone]]',
  '[[nourl]]',
  '[[spare]]',
  '[[slow:25]]',
]
/** Prompts that may be sent to the fallback. */
const passedOn = ['[[submit:402]]', '[[submit:402]]', '[[submit:455]]', '[[submit:500]]', '[[fail500]]', '[[null]]']
/** What the fallback does with a prompt. */
const standInTokens = [
  '[[gemini:block]]',
  '[[gemini:words]]',
  '[[gemini:nothing]]',
  '[[gemini:503once]]',
  '[[gemini:429]]',
  '[[gemini:500]]',
  '[[gemini:504]]',
  '[[gemini:403]]',
  '[[gemini:html]]',
  '[[gemini:hang]]',
]
/** How the service calls back, if it does. */
const callTokens = ['[[callback:never]]', '[[callback:early]]', '[[callback:twice]]', '[[callback:20]]']

export type Act = 'stop' | 'look' | 'again' | 'remove' | 'dismiss' | 'stand in'
export type Press = { do: Act; nth: number; window: number; afterMs: number }
export type Step =
  | Press
  | { do: 'generate'; window: number; token: string; family: string; withSource: boolean; thenMs: number }
  | { do: 'crash' | 'open a window' | 'close a window' | 'restart the proxy' | 'power cut' }
  | { do: 'crash at a write'; nth: number; written: boolean }
  | { do: 'hide' | 'freeze'; window: number; yes: boolean }
  | { do: 'break'; what: Fault; times: number }
  | { do: 'set the clock'; byMs: number }
  | { do: 'pass' | 'stop the proxy'; ms: number }

const one = <T extends Step['do']>(...names: readonly T[]) => fc.constantFrom(...names)
const window = fc.nat({ max: 1 })
const sometimes = (some: readonly string[], often: number, seldom: number) =>
  fc.oneof({ weight: often, arbitrary: fc.constant('') }, { weight: seldom, arbitrary: fc.constantFrom(...some) })
const both = (one: fc.Arbitrary<string>, other: fc.Arbitrary<string>) =>
  fc.tuple(one, other).map((some) => some.filter((word) => word !== '').join(' '))
const token = fc.oneof(
  { weight: 3, arbitrary: both(sometimes(tokens, 3, 3), sometimes(callTokens, 3, 1)) },
  { weight: 2, arbitrary: both(fc.constantFrom(...passedOn), sometimes(standInTokens, 3, 2)) },
)
const generate = fc.record({
  do: one('generate'),
  window,
  token,
  family: fc.constantFrom('flux-kontext', 'flux-kontext', 'flux-2'),
  withSource: fc.boolean(),
  thenMs: fc.oneof(fc.nat({ max: 600 }), fc.nat({ max: 12_000 })),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: generate },
  {
    weight: 8,
    arbitrary: fc.record({
      do: one('stop', 'look', 'again', 'remove', 'dismiss', ...Array(5).fill('stand in' as const)),
      nth: fc.nat({ max: 5 }),
      window,
      afterMs: fc.nat({ max: 300 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: one('crash', 'open a window', 'close a window', 'restart the proxy', 'power cut') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: one('crash at a write'), nth: fc.integer({ min: 1, max: 12 }), written: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: one('hide', 'freeze'), window, yes: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: one('break'),
      what: fc.constantFrom(...faultKinds),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: one('set the clock'), byMs: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
  },
  // Stopped for a while, then started without its memory.
  {
    weight: 1,
    arbitrary: fc.record({ do: one('stop the proxy'), ms: fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: 90_000 })) }),
  },
  { weight: 5, arbitrary: fc.record({ do: one('pass'), ms: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 40_000 })) }) },
)

/** A run, with or without faults, and the steps after it. */
export const story = fc.tuple(generate, fc.array(step, { minLength: 1, maxLength: 13, size: 'max' }))

export const setting = fc.record({
  rule: fc.constantFrom<FallbackRule>('always', 'always', 'ask', 'ask', 'never'),
  callbacks: fc.constantFrom(false, false, false, false, true),
})
