import type { Failure } from '#domain/failure.ts'

/**
 * Codes and messages of KIE and its gateways. Codes are used loosely (500 also for validation and missing credits), so
 * the message is read first. docs/services.md 1.3, 1.4 and 1.4a.
 */
export interface Trouble {
  code: number
  msg: string
}

type Meaning =
  | 'credits'
  | 'auth'
  | 'record-missing'
  | 'policy'
  | 'input-url'
  | 'validation'
  | 'maintenance'
  | 'busy'
  | 'rate-limited'
  | 'disabled'
  | 'not-found'
  | 'timeout'
  | 'error'

const contentWords = 'polic|guideline|terms|rules?\\b|safety|standards?\\b|content'

/** Read from top to bottom; the first match counts. The service answers in English or in Chinese. */
const byMessage: readonly (readonly [Meaning, RegExp])[] = [
  [
    'credits',
    /credits?\b[^.]{0,30}\binsufficient|insufficient[^.]{0,20}\b(credits?|balance|funds)|not enough credits|balance isn.?t enough|余额不足|积分不足|额度不足/i,
  ],
  ['auth', /unauthorized|access permissions|invalid api key|authentication failed/i],
  ['record-missing', /record does not exist|recordInfo is null|task not found/i],
  ['policy', /flagged|content polic|sensitive|nsfw|prohibited|moderat|safety (system|filter|check|rule|polic)|unsafe/i],
  ['policy', /inappropriate|违规|违反|违禁|审核|敏感|不合规|色情/i],
  ['policy', new RegExp(`violat[^.]{0,60}(${contentWords})|(${contentWords})[^.]{0,60}violat`, 'i')],
  ['input-url', /file type not supported|failed to (fetch|download|load).*(image|url|file)|url is wrong/i],
  ['validation', /tolerance|model name .*not supported|is required|not within the range|must be|invalid .*param/i],
  ['policy', /(prompt|content|image|input|request)s?\b[^.]{0,40}\b(rejected|blocked)|(rejected|blocked) by/i],
  ['maintenance', /maintenance/i],
  ['busy', /network error|server exception|high (demand|traffic)/i],
]

/** Whether a message that was not understood may still mean that the content was the reason. */
export function mayBeAboutContent({ said }: Failure): boolean {
  return /violat|reject|block|refus|unsafe|forbidden|违|审/i.test(String(said))
}

const byCode: Readonly<Record<number, Meaning>> = {
  400: 'validation',
  401: 'auth',
  402: 'credits',
  403: 'auth',
  404: 'not-found',
  408: 'timeout',
  422: 'validation',
  429: 'rate-limited',
  433: 'credits',
  455: 'maintenance',
  505: 'disabled',
  521: 'busy',
  523: 'busy',
}

function meaningOf({ code, msg }: Trouble): Meaning {
  return byMessage.find(([, pattern]) => pattern.test(msg))?.[0] ?? byCode[code] ?? 'error'
}

export function isRecordMissing(trouble: Trouble): boolean {
  return meaningOf(trouble) === 'record-missing'
}

/** A refusal that certainly created no task. Anything else may have been accepted and charged. */
export function isCertainRefusal(trouble: Trouble): boolean {
  const meaning = meaningOf(trouble)
  return meaning !== 'error' && meaning !== 'timeout'
}

/** The failure of a submission that was refused, or may have been accepted after all. */
export function submissionFailure(trouble: Trouble): Failure {
  return isCertainRefusal(trouble)
    ? toFailure(trouble)
    : { kind: 'unconfirmed', code: trouble.code, said: trim(trouble.msg) }
}

/** The failure of a task, or of a poll that got no usable answer. Failed tasks are not charged. */
export function toFailure(trouble: Trouble): Failure {
  return { ...causeOf(trouble), code: trouble.code, said: trim(trouble.msg) }
}

function causeOf(trouble: Trouble): Failure {
  const said = trim(trouble.msg)
  switch (meaningOf(trouble)) {
    case 'credits':
      return { kind: 'out-of-credits' }
    case 'auth':
      return { kind: 'unauthorized' }
    case 'policy':
      return { kind: 'rejected', reason: said }
    case 'rate-limited':
      return { kind: 'rate-limited' }
    case 'input-url':
      return {
        kind: 'invalid',
        issues: [{ field: 'sources', message: 'The service could not read a source image.' }],
      }
    case 'validation':
      return { kind: 'invalid', issues: [{ field: 'request', message: `The service refused the settings: ${said}` }] }
    case 'maintenance':
      return { kind: 'unavailable', detail: 'The service is under maintenance.' }
    case 'disabled':
      return { kind: 'unavailable', detail: 'The service has switched this model off.' }
    case 'busy':
      // A web page in place of the service means that nothing reached it; its own answer means that it accepted
      // nothing.
      return {
        kind: 'unavailable',
        detail: 'The service is too busy at the moment.',
        ...(trouble.code === 521 || trouble.code === 523 ? {} : { busy: true as const }),
      }
    case 'not-found':
      return { kind: 'unavailable', detail: 'The service does not offer this.' }
    case 'record-missing':
      return { kind: 'unexpected', detail: 'it does not know this task (any more).' }
    case 'timeout':
      return { kind: 'timed-out' }
    case 'error':
      return { kind: 'unexpected', detail: said || `error ${trouble.code}` }
  }
}

function trim(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
