import { describeFailure } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import { isIn, type Run } from '#domain/run.ts'
import { modelAskedFor, promptOf } from '#runs/run-words.ts'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const newsMs = 15_000

/** What follows when a run of this window has ended, besides what the screens show on their own. */
export function tellEnded(run: Run): void {
  if (run.state.phase === 'saved') useWorkspace.getState().adjust({ hasKept: true })
  const yields = run.state.phase === 'failed' && run.state.yieldsTo !== undefined
  const news = newsOfFallback(run)
  if (news) notify({ text: news, lastsMs: newsMs })
  if (yields) return
  if (document.visibilityState === 'hidden' && useWorkspace.getState().notifications) showSystemNotice(run)
}

/** The user is told when another model made the image, or another service charged for it. */
function newsOfFallback(run: Run): string | undefined {
  if (run.state.phase === 'failed' && run.state.yieldsTo) {
    return `${describeFailure(run.state.failure)} Gemini makes “${shortPromptOf(run)}” instead.`
  }
  if (run.state.phase !== 'saved' || !run.marks.standsIn) return undefined
  return `“${shortPromptOf(run)}” was made by ${run.marks.standsIn.model} instead of ${modelAskedFor(run)}.`
}

function showSystemNotice(run: Run): void {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return
  const { title, body } = wordsOf(run)
  try {
    // One tag per run: if two windows announce the same run, the browser shows it once.
    const notice = new Notification(title, { body, tag: run.id, icon: 'icon.svg' })
    notice.onclick = () => {
      window.focus()
      if (isIn(run, 'saved')) showPicture(run.state.pictures[0])
      notice.close()
    }
  } catch {
    // Some mobile browsers accept notifications from service workers only.
  }
}

function showPicture(picture: PictureId): void {
  const { select, show } = useWorkspace.getState()
  select(picture)
  show('stage')
}

function shortPromptOf(run: Run): string {
  const prompt = promptOf(run)
  return prompt.length > 120 ? `${prompt.slice(0, 119)}…` : prompt
}

function wordsOf(run: Run): { title: string; body: string } {
  const short = shortPromptOf(run)
  if (run.state.phase !== 'failed') return { title: 'Your image is ready', body: short }
  return { title: 'An image failed', body: `${short}\n${describeFailure(run.state.failure)}` }
}
