import { type Notice, notify, topNotice, watchNotices } from './notices.tsx'

/** Shows a message as soon as no other is shown, so that it does not replace one with "Undo". */
export function notifyLater(notice: Notice): void {
  const show = () => {
    if (topNotice() !== undefined) return
    stop()
    notify(notice)
  }
  const stop = watchNotices(show)
  show()
}
