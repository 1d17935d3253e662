import { actWords } from '#acts/act-words.ts'
import { submitAct } from '#acts/app-acts.ts'
import { describeShortcut } from '#ui/shortcut.ts'
import { startText } from '#ui/start-text.ts'

const hints: readonly { label: string; hint?: string; keys: readonly string[] }[] = [
  submitAct,
  actWords.compare,
  actWords.edit,
  actWords.bin,
]

/** The stage before an image is chosen. Its first words are where index.html has drawn them. */
export function StageStart() {
  return (
    <div className="relative h-full">
      <div className={startText.boxClass}>
        <p className={startText.titleClass}>{startText.title}</p>
        <p className={startText.privacyClass}>{startText.privacy}</p>
      </div>
      <dl className="absolute inset-x-0 bottom-6 flex flex-wrap justify-center gap-x-5 gap-y-2 px-8 text-faint text-xs max-middle:hidden">
        {hints.map(({ label, hint = label, keys: [keys = ''] }) => (
          <div key={keys} className="flex items-center gap-2">
            <dt>
              <kbd className="rounded-sm border border-line px-1.5 py-0.5 font-sans text-soft">
                {describeShortcut(keys)}
              </kbd>
            </dt>
            <dd>{hint}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
