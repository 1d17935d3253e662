import type { ServerResponse } from 'node:http'
import { createQuota, type Quota } from '#server/edge/quota.ts'

/** Images on their way through this proxy. Each holds two connections, and some memory where its reader is slow. */
export interface Transfers {
  /** To the browser. */
  downloads: Quota
  /** From the browser. */
  uploads: Quota
  /** Bytes of submissions that hold whole images. */
  bodies: Quota
}

export interface TransferLimits {
  /** Downloads, and uploads, of one user at a time. A page fetches what its runs made, 20 at a time at most. */
  perUser?: number
  inAll?: number
  /** Bytes. */
  bodyPerUser?: number
  bodyInAll?: number
}

const miB = 1024 * 1024
/** Nobody is so slow: whoever takes nothing for so long does not read. */
const unreadMs = 20_000

export function createTransfers(limits: TransferLimits = {}): Transfers {
  // Fewer in all than the sockets that the way out has for one host.
  const { perUser = 24, inAll = 192, bodyPerUser = 40 * miB, bodyInAll = 80 * miB } = limits
  const ofImages = { perUser, inAll, msg: 'Too many images are on their way. Wait a moment.', retryAfterMs: 2000 }
  return {
    downloads: createQuota(ofImages),
    uploads: createQuota(ofImages),
    bodies: createQuota({
      perUser: bodyPerUser,
      inAll: bodyInAll,
      msg: 'Too many large requests are on their way. Wait a moment.',
      retryAfterMs: 3000,
    }),
  }
}

/** Breaks an answer off whose reader takes nothing any more. */
export function endUnread(outgoing: ServerResponse, haste = 1): void {
  outgoing.setTimeout(unreadMs / haste, () => outgoing.destroy())
}
