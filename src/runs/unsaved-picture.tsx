import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { RunIn } from '#domain/run.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { promptOf } from './run-words.ts'
import { unsavedQuery } from './unsaved.ts'

/** Shows an image that was paid for and could not be stored. */
export function UnsavedPicture({ run }: { run: RunIn<'ready'> }) {
  const { data, isError } = useQuery(unsavedQuery(run, useGenerator()))
  const url = useAddress(data?.[0])
  if (isError) return null
  return (
    <div className="mt-1.5 mr-1.5 flex h-40 items-center justify-center overflow-hidden rounded-sm bg-hover">
      {url && <img src={url} alt={promptOf(run)} className="size-full object-contain" />}
    </div>
  )
}

function useAddress(bytes: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!bytes) return
    const made = URL.createObjectURL(bytes)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [bytes])
  return url
}
