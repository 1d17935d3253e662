import type { ServerResponse } from 'node:http'
import { createQuota, type Quota } from '#server/edge/quota.ts'

/** Images being transferred through this proxy. Each uses two connections, and some memory if its reader is slow. */
export interface Transfers {
  /** To the browser. */
  downloads: Quota
  /** From the browser. */
  uploads: Quota
  /** Bytes of submissions that contain whole images. */
  bodies: Quota
}

export interface TransferLimits {
  /**
   * Downloads, and uploads, of one user at the same time. A page fetches the results of its own runs, at most 20 at a
   * time.
   */
  perUser?: number
  inAll?: number
  /** Bytes. */
  bodyPerUser?: number
  bodyInAll?: number
}

const miB = 1024 * 1024
/** A client that takes nothing for this long is not reading. */
const unreadMs = 20_000

export function createTransfers(limits: TransferLimits = {}): Transfers {
  // Fewer in total than the outbound sockets for one host.
  const { perUser = 24, inAll = 192, bodyPerUser = 40 * miB, bodyInAll = 80 * miB } = limits
  const ofImages = { perUser, inAll, msg: 'Too many images are being transferred. Wait a moment.', retryAfterMs: 2000 }
  return {
    downloads: createQuota(ofImages),
    uploads: createQuota(ofImages),
    bodies: createQuota({
      perUser: bodyPerUser,
      inAll: bodyInAll,
      msg: 'Too many large requests are being handled. Wait a moment.',
      retryAfterMs: 3000,
    }),
  }
}

/** Aborts an answer when its reader stops reading. */
export function endUnread(outgoing: ServerResponse, timeoutDivisor = 1): void {
  outgoing.setTimeout(unreadMs / timeoutDivisor, () => outgoing.destroy())
}
