import { describeFailure } from '#domain/failure.ts'
import type { Run } from '#domain/run.ts'
import { promptOf } from '#gallery/run-words.ts'
import { useWorkspace } from '#workspace/workspace.ts'

/** What follows when a run of this window has ended, beside what the screens show by themselves. */
export function tellEnded(run: Run): void {
  if (run.phase === 'saved') useWorkspace.getState().adjust({ hasKept: true })
  if (document.visibilityState === 'hidden' && useWorkspace.getState().notifications) showSystemNotice(run)
}

function showSystemNotice(run: Run): void {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return
  const { title, body } = wordsOf(run)
  try {
    // One tag a run: should two windows tell of the same one, the browser shows it once.
    const notice = new Notification(title, { body, tag: run.id, icon: '/icon.svg' })
    notice.onclick = () => {
      window.focus()
      if (run.phase === 'saved') showPicture(run.pictures[0])
      notice.close()
    }
  } catch {
    // Some browsers of phones take notifications from service workers only.
  }
}

function showPicture(picture: Extract<Run, { phase: 'saved' }>['pictures'][0]): void {
  const { select, show } = useWorkspace.getState()
  select(picture)
  show('stage')
}

function wordsOf(run: Run): { title: string; body: string } {
  const prompt = promptOf(run)
  const short = prompt.length > 120 ? `${prompt.slice(0, 119)}…` : prompt
  if (run.phase !== 'failed') return { title: 'A picture is ready', body: short }
  return { title: 'A picture was not made', body: `${short}\n${describeFailure(run.failure)}` }
}
