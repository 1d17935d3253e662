/** How a task fails: the service's code and message. `creation`: it never started. */
export interface TaskFault {
  code: 400 | 500 | 501
  msg: string
  creation?: true
}

/** What a prompt asks of its callback, instead of the switches: `[[callback:forged]]`, `[[callback:20]]` … */
export interface CallbackFaults {
  never: boolean
  /** Sent before the answer to the submission, when the task has only begun. */
  early: boolean
  times?: number
  delayMs?: number
  signature?: 'wrong' | 'late' | 'none'
  body?: 'reduced' | 'forged'
}

/** What the tokens of a prompt ask for: `[[policy]]`, `[[slow:20]]`, `[[submit:402]]` … */
export interface Faults {
  /** The submission is answered with this code, or with "busy", and nothing is made. */
  submit?: string
  /** Accepted and charged, but the answer never comes (`hang`) or is empty (`null`). */
  answer?: 'hang' | 'null'
  task?: TaskFault
  stuck: boolean
  slowMs?: number
  /** The record has a completion time while the task is still running. */
  lag: boolean
  /** A success without an address (`nourl`), or with the upstream's address only (`spare`). */
  address: 'result' | 'nourl' | 'spare'
  /** The result answers 403 (`expired`), and fresh links answer 404 too (`gone`). */
  lifetime: 'normal' | 'expired' | 'gone'
  callback: CallbackFaults
}

const taskFaults: Readonly<Record<string, TaskFault>> = {
  policy: { code: 400, msg: 'Your prompt was flagged by Website as violating content policies.' },
  'fail:400': { code: 400, msg: 'Your prompt was flagged by Website as violating content policies.' },
  fail500: { code: 500, msg: 'Internal Error, Please try again later.' },
  'fail:500': { code: 500, msg: 'Internal Error, Please try again later.' },
  fail501: { code: 501, msg: 'Image generation task failed' },
  'fail:501': { code: 501, msg: 'Image generation task failed' },
  createfail: { code: 500, msg: 'Failed to create the image task', creation: true },
}

const token = /\[\[\s*([a-z]+\d*(?::[\w.,-]+)?)\s*\]\]/gi

/** The tokens of a prompt, in lower case: "slow:20". */
export function tokensIn(prompt: string): readonly string[] {
  return [...prompt.matchAll(token)].map((match) => (match[1] ?? '').toLowerCase())
}

/** Unknown tokens are ignored. */
export function readFaults(prompt: string): Faults {
  const words = tokensIn(prompt)
  const argument = (name: string) => words.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1)
  const submit = words.includes('html') ? '522' : argument('submit')
  const task = words.map((word) => taskFaults[word]).find((fault) => fault !== undefined)
  const slow = Number(argument('slow'))
  return {
    ...(submit === undefined ? {} : { submit }),
    ...(words.includes('hang') ? { answer: 'hang' } : words.includes('null') ? { answer: 'null' } : {}),
    ...(task ? { task } : {}),
    ...(slow >= 0 ? { slowMs: slow * 1000 } : {}),
    stuck: words.includes('stuck'),
    lag: words.includes('lag'),
    address: words.includes('nourl') ? 'nourl' : words.includes('spare') ? 'spare' : 'result',
    lifetime: words.includes('gone') ? 'gone' : words.includes('expired') ? 'expired' : 'normal',
    callback: readCallbackFaults(words),
  }
}

function readCallbackFaults(words: readonly string[]): CallbackFaults {
  const asked = new Set(words.flatMap((word) => (word.startsWith('callback:') ? [word.slice(9)] : [])))
  const seconds = [...asked].map(Number).find((value) => value >= 0)
  const signature = (['wrong', 'late', 'none'] as const).find((how) => asked.has(how))
  const body = (['reduced', 'forged'] as const).find((how) => asked.has(how))
  return {
    never: asked.has('never'),
    early: asked.has('early'),
    ...(asked.has('twice') ? { times: 2 } : {}),
    ...(seconds === undefined ? {} : { delayMs: seconds * 1000 }),
    ...(signature ? { signature } : {}),
    ...(body ? { body } : {}),
  }
}

export function withoutTokens(prompt: string): string {
  return prompt.replace(token, ' ').replace(/\s+/g, ' ').trim()
}

/** The service's messages for refusals, by code. */
export const refusals: Readonly<Record<string, { code: number; msg: string }>> = {
  400: { code: 400, msg: 'Your prompt was flagged by Website as violating content policies.' },
  401: { code: 401, msg: 'Unauthorized – check the key' },
  402: { code: 402, msg: 'Credits insufficient : balance too low for this request' },
  404: { code: 404, msg: 'The requested resource is not available' },
  408: { code: 408, msg: '524: generate task timeout.' },
  422: { code: 422, msg: 'prompt is required' },
  429: { code: 429, msg: 'Rate limit exceeded, please slow down' },
  433: { code: 433, msg: 'The usage limit of this key is exceeded' },
  455: { code: 455, msg: 'The service is under maintenance' },
  500: { code: 500, msg: 'Internal Server Error' },
  501: { code: 501, msg: 'Image generation task failed' },
  505: { code: 505, msg: 'This feature is currently disabled' },
  busy: { code: 500, msg: 'Network error, please try again later.' },
}

/** What a client sees when the service itself is not reached: a web page, not JSON. */
export function outagePage(status: number): Response {
  const body = `<!DOCTYPE html><html lang="en"><head><title>${status}: Connection timed out</title></head>
<body><h1>Connection timed out <span>Error code ${status}</span></h1><p>The origin web server did not answer.</p></body></html>`
  return new Response(body, { status, headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare' } })
}
