import pino from 'pino'

/** What this proxy tells its operator: objects with short values, and a sentence. */
export type Log = Pick<pino.Logger, 'warn' | 'error'>

const longestLine = 8000
const longRun = /[A-Za-z0-9+/=_-]{200,}/g
const sensitive = ['authorization', 'cookie', 'apiKey', 'key', 'token', 'prompt']

/**
 * Lines of JSON, warnings and worse. The values of secrets and long runs of base64 are taken out of the finished line,
 * wherever in an error they sat.
 */
export function createLog(secrets: readonly string[], write: (line: string) => unknown = writeToStderr): Log {
  const scrub = (line: string) => {
    const masked = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)
    // Cut before the runs are looked for: the pattern would not come to an end of one of megabytes.
    const short = masked.slice(0, longestLine).replace(longRun, '[data]')
    return masked.length > longestLine ? `${short}…\n` : short
  }
  const redact = sensitive.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  // A disk without room for logs is no reason to stop serving.
  const tryWrite = (line: string) => {
    try {
      write(line)
    } catch {
      // There is nowhere left to say it.
    }
  }
  return pino({ level: 'warn', base: null, redact }, { write: (line: string) => tryWrite(scrub(line)) })
}

const ignore = () => undefined

function writeToStderr(line: string): void {
  // Without a listener an error of the stream would end the process. Others' listeners come and go.
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore)
  process.stderr.write(line)
}
