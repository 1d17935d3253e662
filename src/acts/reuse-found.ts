import type { FoundRecipe } from '#domain/found-recipe.ts'
import type { PictureId } from '#domain/ids.ts'
import { depthOf } from '#domain/json-depth.ts'
import type { Picture } from '#domain/picture.ts'
import type { Draft, Recipe } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { actWords } from './act-words.ts'
import { fillForm } from './fill-form.ts'

const mostDepth = 16

/** Fills the form with what a file says about how it was made. Sends nothing. */
export async function reuseFound(store: GalleryStore, found: FoundRecipe): Promise<void> {
  const own = await ownRecipe(store, found)
  fillForm(store, own ?? foreignRecipe(found))
  useWorkspace.getState().focusPrompt()
  const { program, model } = found
  if (!own) notify({ text: `Prompt from ${program}.${model ? ` Its model was ${model}; choose one here.` : ''}` })
}

/**
 * From a recipe of Atelier, only plain values and sources that are here are used, because a file may contain anything.
 */
async function ownRecipe(store: GalleryStore, { recipe }: FoundRecipe): Promise<Recipe | undefined> {
  const { family, draft, sources } = (parse(recipe) ?? {}) as Partial<Record<keyof Recipe, unknown>>
  if (typeof family !== 'string' || !findFamily(family) || typeof draft !== 'object' || draft === null) return undefined
  const plain = Object.entries(draft).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  const ids = Array.isArray(sources) ? sources.filter((id): id is PictureId => typeof id === 'string') : []
  const here = await store.picturesById(ids)
  return { family, draft: Object.fromEntries(plain) as Draft, sources: ids.filter((id) => here.has(id)) }
}

function parse(text: string | undefined): unknown {
  if (text === undefined || depthOf(text) > mostDepth) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** From another program: its prompt, and the available ratio nearest to its size. */
function foreignRecipe({ prompt, width, height }: FoundRecipe): Recipe {
  const { family, drafts, sources } = useWorkspace.getState()
  const own = sources[family] ?? []
  const draft = { ...drafts[family], prompt }
  const ratio = width && height ? nearestRatio(family, draft, own.length, width / height) : undefined
  return { family, draft: ratio ? { ...draft, [ratio.field]: ratio.value } : draft, sources: own }
}

function nearestRatio(family: string, draft: Draft, sourceCount: number, wanted: number) {
  const fields = findFamily(family)?.fields(draft, sourceCount) ?? []
  const field = fields.find((each) => each.kind === 'choice' && each.shape === 'ratio')
  if (field?.kind !== 'choice') return undefined
  const known = field.options.flatMap(({ value }) => {
    const [, across, down] = /^(\d+):(\d+)$/.exec(value) ?? []
    return across && down
      ? [{ field: field.name, value, far: Math.abs(Math.log(Number(across) / Number(down) / wanted)) }]
      : []
  })
  return known.sort((a, b) => a.far - b.far)[0]
}

/** When an imported file says how it was made, offers to use that. `text`: what is said in any case. */
export function offerReuse(store: GalleryStore, { origin }: Picture, text = ''): boolean {
  const found = origin.kind === 'dropped' ? origin.found : undefined
  if (!found) return false
  const says = `It holds a prompt from ${found.program}.`
  const onSelect = () => void reuseFound(store, found)
  notify({ text: `${text || 'Image added.'} ${says}`, action: { label: actWords.reuse.label, onSelect } })
  return true
}
