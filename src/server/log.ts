import pino from 'pino'

/** Messages for the operator: objects with short values, and a sentence. */
export type Log = Pick<pino.Logger, 'warn' | 'error'>

const longestLine = 8000
const longRun = /[A-Za-z0-9+/=_-]{200,}/g
const sensitive = ['authorization', 'cookie', 'apiKey', 'key', 'token', 'prompt']

/**
 * Writes JSON lines of warnings and errors. Secret values and long base64 strings are removed from the finished line,
 * wherever they occurred.
 */
export function createLog(secrets: readonly string[], write: (line: string) => unknown = writeToStderr): Log {
  const scrub = (line: string) => {
    const masked = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)
    // Shortened first, because the pattern would take too long on a line of megabytes.
    const short = masked.slice(0, longestLine).replace(longRun, '[data]')
    return masked.length > longestLine ? `${short}…\n` : short
  }
  const redact = sensitive.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  // A full disk must not stop the server.
  const tryWrite = (line: string) => {
    try {
      write(line)
    } catch {
      // There is nowhere left to report it.
    }
  }
  return pino({ level: 'warn', base: null, redact }, { write: (line: string) => tryWrite(scrub(line)) })
}

const ignore = () => undefined

function writeToStderr(line: string): void {
  // Without a listener an error of the stream would end the process. Listeners of others come and go.
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore)
  process.stderr.write(line)
}
