import { useSyncExternalStore } from 'react'
import type { FolderState } from '#library/folder/folder-copy.ts'
import { canChooseFolder, chooseFolder, type Folder } from '#platform/folder.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { notify } from '#ui/notices.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { folderCopyOf } from './folder-copy.ts'

interface FolderSettingsProps {
  isBusy: boolean
  /** Restores the contents of such a folder. */
  onRestore(folder: Folder): void
}

/** The setting for a folder that gets each new image. Renders nothing if the browser has no access to folders. */
export function FolderSettings({ isBusy, onRestore }: FolderSettingsProps) {
  const copy = folderCopyOf(useStore())
  const state = useSyncExternalStore(copy.subscribe, copy.state)
  if (!canChooseFolder() && state.kind === 'off') return null
  const withFolder = (work: (folder: Folder) => void) => async () => {
    try {
      const folder = await chooseFolder()
      if (folder) work(folder)
    } catch {
      notify({ text: 'This browser did not give access to the folder.', tone: 'error' })
    }
  }
  const choose = withFolder((folder) => void copy.use(folder))

  return (
    <div className="grid gap-2 border-line border-t pt-3">
      <p className={state.kind === 'failed' ? 'text-danger text-sm' : 'text-sm'} aria-live="polite" dir="auto">
        {showHidden(describe(state))}
      </p>
      {state.kind === 'off' && (
        <p className="text-faint text-xs">Each new image and its record is also written to a folder on your disk.</p>
      )}
      <div className="flex flex-wrap gap-2">
        {state.kind === 'off' && <Button onClick={choose}>Choose a folder</Button>}
        {state.kind === 'paused' && <Button onClick={() => void copy.resume()}>Allow</Button>}
        {state.kind === 'failed' && <Button onClick={() => void copy.resume()}>Try again</Button>}
        {state.kind === 'failed' && <Button onClick={choose}>Choose a folder</Button>}
        {state.kind !== 'off' && <Button onClick={() => void copy.stop()}>Stop copying</Button>}
        {state.kind === 'off' && (
          <Button variant="quiet" disabled={isBusy} onClick={withFolder(onRestore)}>
            Restore from a folder
          </Button>
        )}
      </div>
    </div>
  )
}

function describe(state: FolderState): string {
  switch (state.kind) {
    case 'off':
      return 'Copy to a folder'
    case 'on':
      if (state.waiting === undefined) return `Copying to “${state.name}” …`
      return state.waiting === 0
        ? `Each new image is copied to “${state.name}”.`
        : `Copying to “${state.name}”: ${state.waiting.toLocaleString('en')} to go.`
    case 'paused':
      return `The browser asks again before Atelier may write to “${state.name}”. Nothing is lost.`
    case 'failed':
      return state.reason
  }
}
