import type { Send } from '#providers/provider.ts'
import type { Machine } from './machine.ts'

/** Breaks requests from page to proxy for the given paths. Returns a function that ends this. */
export function interfere(
  { network }: Pick<Machine, 'network'>,
  when: (path: string) => boolean,
  instead: (direct: Send, path: string, init?: RequestInit) => Promise<Response>,
): () => void {
  const direct = network.send
  network.send = (path, init) => (when(path) ? instead(direct, path, init) : direct(path, init))
  return () => {
    network.send = direct
  }
}

/** The error of a browser for a request without an answer. */
export const lost = () => Promise.reject(new TypeError('Failed to fetch'))

/** A request of a page that is closed before the answer arrives. */
export const never = () => new Promise<never>(() => undefined)

export const isSubmitPath = (path: string) => /\/(generate|createTask)$/.test(path)
export const isPollPath = (path: string) => /\/(record-info|recordInfo)\?/.test(path)
export const isImagePath = (path: string) => path.startsWith('/api/image')

/** Numbers of requests that the service received and accepted. */
export async function countsOf({ simulator }: Pick<Machine, 'simulator'>) {
  const { submissions, charges, polls, uploads } = await simulator.state()
  return {
    submissions: submissions.length,
    charges: charges.filter(({ refunded }) => !refunded).length,
    polls: Object.values(polls).reduce((sum, count) => sum + count, 0),
    uploads: uploads.length,
  }
}
