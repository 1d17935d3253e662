import { type Notice, notify, topNotice, watchNotices } from './notices.tsx'

/** Shows a message as soon as no other is shown: one that can wait takes nobody's "Undo" away. */
export function notifyLater(notice: Notice): void {
  const show = () => {
    if (topNotice() !== undefined) return
    stop()
    notify(notice)
  }
  const stop = watchNotices(show)
  show()
}
