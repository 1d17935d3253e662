import { describeFailure, isAbort, isDiskFull, toFailure } from '#domain/failure.ts'
import { quoteName } from '#domain/file-name.ts'
import type { Picture } from '#domain/picture.ts'
import { keepPicture } from '#library/keep-picture.ts'
import { chooseFiles } from '#platform/choose-files.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'
import { closeOffers, notify } from '#ui/notices.tsx'
import { isPicksFile } from './brought-files.ts'
import { imageCommandsOf } from './image-commands.ts'
import { offerReuse } from './reuse-found.ts'

/** The longest time that a timer can have. */
const untilReplacedMs = 2 ** 31 - 1
const mostNamed = 3

/** Lets the user choose images and keeps them. */
export async function keepChosen(store: GalleryStore): Promise<void> {
  await keepInGallery(store, await chooseFiles('image/*,.heic,.heif,.avif'))
}

/** Keeps files without making them sources, and says what came of it. Many files can be stopped. */
export async function keepInGallery(store: GalleryStore, given: readonly File[]): Promise<void> {
  const files = withoutPicks(store, given)
  const [file] = files
  if (files.length > 1) await keepMany(store, files)
  else if (file) await keepOne(store, file)
}

async function keepOne(store: GalleryStore, file: File): Promise<void> {
  try {
    const picture = await keepPicture(store, file, 'gallery', new AbortController().signal)
    const text = `${quoteName(file.name)} is in the gallery.`
    if (!offerReuse(store, picture, text)) notify({ text, action: undoOf(store, [picture]) })
  } catch (error) {
    notify({ text: describeRefusal(error, file.name), tone: 'error' })
  }
}

interface Outcome {
  kept: Picture[]
  refused: { name: string; reason: string }[]
  isStopped: boolean
}

/** One notice while they are added and one at the end. The browser asks before the page is closed meanwhile. */
async function keepMany(store: GalleryStore, files: readonly File[]): Promise<void> {
  const stopping = new AbortController()
  const ask = (event: Event) => event.preventDefault()
  window.addEventListener('beforeunload', ask)
  notify({
    kind: 'adding',
    text: `Adding ${numberOf(files.length)} images to the gallery …`,
    action: { label: 'Stop', onSelect: () => stopping.abort() },
    lastsMs: untilReplacedMs,
  })
  const outcome = await keepEach(store, files, stopping.signal)
  window.removeEventListener('beforeunload', ask)
  closeOffers('Stop')
  tell(store, outcome, files.length)
}

async function keepEach(store: GalleryStore, files: readonly File[], signal: AbortSignal): Promise<Outcome> {
  const outcome: Outcome = { kept: [], refused: [], isStopped: false }
  for (const file of files) {
    try {
      outcome.kept.push(await keepPicture(store, file, 'gallery', signal))
    } catch (error) {
      if (isAbort(error)) return { ...outcome, isStopped: true }
      outcome.refused.push({ name: file.name, reason: describeRefusal(error, file.name) })
      // The others would not fit either.
      if (isDiskFull(toFailure(error))) return { ...outcome, isStopped: true }
    }
  }
  return outcome
}

/** Moves them to the bin. */
function undoOf(store: GalleryStore, [first, ...rest]: readonly Picture[]) {
  return first && { label: 'Undo', onSelect: () => void imageCommandsOf(store).moveToBin([first, ...rest]) }
}

function tell(store: GalleryStore, { kept, refused, isStopped }: Outcome, count: number): void {
  const [first] = refused
  const share = isStopped || first ? `${numberOf(kept.length)} of ${numberOf(count)}` : numberOf(kept.length)
  const text = `${isStopped ? 'Stopped. ' : ''}${share} images are in the gallery.`
  if (!first) {
    notify({ text, action: undoOf(store, kept) })
    return
  }
  const named = refused.slice(0, mostNamed).map(({ name }) => quoteName(name))
  const others = refused.length <= mostNamed ? '' : ` and ${numberOf(refused.length - mostNamed)} more`
  notify({
    text: `${text} Not added: ${named.join(', ')}${others}. ${first.reason}`,
    tone: 'error',
    action: undoOf(store, kept),
  })
}

const numberOf = (count: number) => count.toLocaleString('en')

const loadPicks = () => import('./take-picks.ts')

/** Handles files of a client's picks at once, and returns the other files. */
export function withoutPicks(store: GalleryStore, files: readonly File[]): readonly File[] {
  for (const file of files.filter(isPicksFile)) {
    loadPart(loadPicks).then(
      ({ takePicks }) => takePicks(store, file),
      (error: unknown) => notify({ text: describeRefusal(error, file.name), tone: 'error' }),
    )
  }
  return files.filter((file) => !isPicksFile(file))
}

/** Why a file was not kept, as a sentence. */
export function describeRefusal(error: unknown, fileName: string): string {
  const failure = toFailure(error)
  if (failure.kind !== 'unexpected') return describeFailure(failure)
  return `${quoteName(fileName)} could not be opened: a part of the page is missing. Reload the page and add it again.`
}
