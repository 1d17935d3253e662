import * as z from 'zod/mini'
import { usualDeviations } from '#simulator/painter/deviations.ts'

const ms = z.number().check(z.gte(0))

/** Behaviour in which the real service varies. All switches can be changed while it runs. */
const switches = {
  /** How long a task takes: exactly, or between two values. */
  durationMs: z.union([ms, z.tuple([ms, ms])]),
  /** How long a new record stays invisible. */
  visibilityLagMs: ms,
  /** Before every answer. */
  latencyMs: ms,
  /** States of a job before its end: waiting, generating; with queuing in between; or only waiting. */
  timeline: z.enum(['plain', 'queuing', 'direct']),
  /** Format of times in Kontext records. */
  times: z.enum(['ms', 'iso', 'local']),
  successFlag: z.enum(['number', 'text']),
  /** How jobs give results: text that is empty until success, null until success, or an object. */
  resultJson: z.enum(['text', 'null', 'object']),
  records: z.enum(['2026-04', '2026-09']),
  /** The name of the message field in answers. */
  message: z.enum(['msg', 'message']),
  limiterStatus: z.literal([200, 429]),
  /** The pause that Gemini suggests. */
  retryDelayMs: ms,
  refuse16by21: z.boolean(),
  /** Result hosts answer 403 to the user agents of libraries. */
  refuseAgents: z.boolean(),
  /** A name that is uploaded again serves its old bytes for 60 s. */
  staleUploads: z.boolean(),
  resultTtlMs: ms,
  linkTtlMs: ms,
  uploadTtlMs: ms,
  /** Callbacks are sent when due, held until this changes and then sent newest first, or never sent. */
  callbacks: z.enum(['sent', 'held', 'never']),
  /** The key they are signed with; empty: not signed. */
  callbackKey: z.string(),
  /** Signed correctly, with another key, with a time ten minutes old, or not at all. */
  callbackSignature: z.enum(['right', 'wrong', 'late', 'none']),
  /** `reduced`: only the task. `forged`: a success with an image elsewhere, whatever happened. */
  callbackBody: z.enum(['full', 'reduced', 'forged']),
  callbackTimes: z.number().check(z.int(), z.gte(1), z.lte(100)),
  /** Time from the task's end to the first call. */
  callbackDelayMs: ms,
  /**
   * How answers to edits differ from their inputs; tokens in a prompt override this. See painter/deviations.ts for each.
   */
  shift: z.union([z.literal('slight'), z.readonly(z.tuple([z.number(), z.number()]))]),
  zoom: z.number().check(z.gt(0), z.lte(4)),
  drift: z.enum(['none', 'slight', 'even', 'uneven']),
  bend: z.number().check(z.gte(0), z.lte(64)),
  lost: z.boolean(),
  spill: z.boolean(),
  marks: z.boolean(),
  border: z.boolean(),
  answer: z.enum(['edit', 'mirrored', 'turned', 'blank', 'tiny', 'huge', 'other']),
}

const Switches = z.strictObject(switches)
export type Switches = z.infer<typeof Switches>

/** What `POST /__sim/switches` accepts: any of the switches, and the balance. */
export const Setting = z.strictObject({ ...z.partial(Switches).shape, credits: z.optional(z.number()) })
export type Setting = z.infer<typeof Setting>

export const defaultSwitches: Switches = {
  durationMs: [3_000, 6_000],
  visibilityLagMs: 0,
  latencyMs: 0,
  timeline: 'plain',
  times: 'ms',
  successFlag: 'number',
  resultJson: 'text',
  records: '2026-09',
  message: 'msg',
  limiterStatus: 429,
  retryDelayMs: 17_000,
  refuse16by21: false,
  refuseAgents: false,
  staleUploads: true,
  resultTtlMs: 20 * 60_000,
  linkTtlMs: 20 * 60_000,
  uploadTtlMs: 24 * 3_600_000,
  callbacks: 'sent',
  callbackKey: '',
  callbackSignature: 'right',
  callbackBody: 'full',
  callbackTimes: 1,
  callbackDelayMs: 0,
  ...usualDeviations,
}
