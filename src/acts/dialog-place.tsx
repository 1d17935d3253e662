import { useSyncExternalStore } from 'react'
import { Dialog } from '#ui/dialog.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { actWords } from './act-words.ts'
import { type AskedDialog, allTagsLabel, askedDialog, askFor, watchAskedDialog } from './asked-dialog.ts'

const TagForm = lazyPart(() => import('./tag-form.tsx').then((module) => module.TagForm))
const TagList = lazyPart(() => import('./tag-list.tsx').then((module) => module.TagList))
const CollectionForm = lazyPart(() => import('./collection-form.tsx').then((module) => module.CollectionForm))

const titles: Readonly<Record<AskedDialog['kind'], string>> = {
  tags: actWords.tag.label,
  collections: actWords.collect.label,
  'all-tags': allTagsLabel,
}

/** Where the dialogs that acts open are drawn; once per page. */
export function DialogPlace() {
  const asked = useSyncExternalStore(watchAskedDialog, askedDialog)
  const close = () => askFor(undefined)
  return (
    <Dialog open={asked !== undefined} title={asked ? titles[asked.kind] : ''} onClose={close}>
      {asked?.kind === 'tags' && <TagForm images={asked.images} onClose={close} />}
      {asked?.kind === 'collections' && <CollectionForm images={asked.images} onClose={close} />}
      {asked?.kind === 'all-tags' && <TagList />}
    </Dialog>
  )
}
