import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { describeFailure, toFailure } from '#domain/failure.ts'
import { extensionOf, type ImageMime } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import type { Generator } from '#generation/generator.ts'
import { fileNameFrom } from '#library/picture-words.ts'
import { saveFile } from '#platform/save-file.ts'
import { notify } from '#ui/notices.tsx'
import { modelOfRun, promptOf } from './run-words.ts'

/** The images of a run that could not be stored: downloaded once, and kept in memory while the window is open. */
export function unsavedQuery(run: Run, generator: Generator) {
  return queryOptions({
    queryKey: ['unsaved', run.id],
    queryFn: () => generator.fetch(run),
    networkMode: 'always',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })
}

/** Downloads paid images without storing them. Reports a failure itself. */
export async function downloadUnsaved(run: Run, generator: Generator, queries: QueryClient): Promise<void> {
  try {
    for (const bytes of await queries.fetchQuery(unsavedQuery(run, generator))) {
      saveFile(
        bytes,
        fileNameFrom(promptOf(run), modelOfRun(run), run.marks.createdAt, extensionOf(bytes.type as ImageMime)),
      )
    }
  } catch (error) {
    notify({ text: describeFailure(toFailure(error)), tone: 'error' })
  }
}
