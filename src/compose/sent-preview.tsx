import { type ReactNode, useEffect, useState } from 'react'
import { describeFailure, toFailure } from '#domain/failure.ts'
import type { NonEmpty } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import { describeCredits } from '#domain/spending.ts'
import { previewImages, previewText, type SentImage } from '#generation/sent-preview.ts'
import { describeBytes, describeSize } from '#imaging/source-limits.ts'
import { useStore } from '#store/queries.ts'
import { showHidden } from '#ui/show-hidden.ts'

interface SentPreviewProps {
  recipes: NonEmpty<Recipe>
  priceCredits: number
  /** Why the form cannot be sent as it is. */
  issue: string | undefined
}

/**
 * The requests that the submit button would make: the final text, the images as they are sent, the options, the price.
 */
export function SentPreview({ recipes, priceCredits, issue }: SentPreviewProps) {
  const [first] = recipes
  const { text, length } = previewText(first)
  const kinds = groupAlike(recipes)
  return (
    <div className="space-y-5 p-4 text-sm">
      {issue && <p role="alert" className="text-danger">{`Cannot be sent yet: ${issue}`}</p>}
      <section aria-label="Text">
        <Heading>{`Text · ${length.toLocaleString('en')} characters`}</Heading>
        <p
          dir="auto"
          className="whitespace-pre-wrap rounded-sm border border-line bg-raised p-3 [overflow-wrap:anywhere]"
        >
          {showHidden(text)}
        </p>
      </section>
      {first.sources.length > 0 && <Images recipe={first} />}
      {kinds.map(({ recipe, count }, index) => (
        <section key={JSON.stringify(recipe.draft)} aria-label={kinds.length > 1 ? `Options ${index + 1}` : 'Options'}>
          <Heading>
            <span>{kinds.length > 1 ? `Options ${index + 1} of ${kinds.length}` : 'Options'}</span>
            {count > 1 && <span>{` · sent ${count} times`}</span>}
          </Heading>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5">
            {previewText(recipe).options.map(({ name, value }) => (
              <div key={name} className="contents">
                <dt className="text-soft">{name}</dt>
                <dd className="[overflow-wrap:anywhere]">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p className="text-right font-medium">
        {`${recipes.length === 1 ? '1 request' : `${recipes.length} requests`} · ${describeCredits(priceCredits)}`}
      </p>
    </div>
  )
}

function Heading({ children }: { children: ReactNode }) {
  return <h3 className="mb-1 text-soft text-xs">{children}</h3>
}

function Images({ recipe }: { recipe: Recipe }) {
  const store = useStore()
  const [found, setFound] = useState<{ images: readonly SentImage[] } | { reason: string }>()
  // Only these parts of a recipe decide about its images; the form makes a new recipe with every key press.
  const wanted = JSON.stringify({ sources: recipe.sources, edits: recipe.edits })
  useEffect(() => {
    let isCurrent = true
    previewImages(store, JSON.parse(wanted)).then(
      (images) => isCurrent && setFound({ images }),
      (error: unknown) => isCurrent && setFound({ reason: describeFailure(toFailure(error)) }),
    )
    return () => {
      isCurrent = false
    }
  }, [store, wanted])
  return (
    <section aria-label="Images">
      <Heading>Images, in this order</Heading>
      {!found && <p className="text-faint">Preparing…</p>}
      {found && 'reason' in found && (
        <p role="alert" className="text-danger">
          {found.reason}
        </p>
      )}
      {found && 'images' in found && (
        <ol className="space-y-2">
          {found.images.map((image, index) => (
            <SentTile key={`${image.id} ${image.isMarked}`} image={image} number={index + 1} />
          ))}
        </ol>
      )}
    </section>
  )
}

/** Shows exactly the bytes that will be sent: cropped, extended and marked. */
function SentTile({ image, number }: { image: SentImage; number: number }) {
  const { bytes } = image
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(bytes)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [bytes])
  return (
    <li className="flex items-center gap-3">
      <span data-reference={number} className="reference-mark">
        {number}
      </span>
      {url && (
        <img src={url} alt={image.isMarked ? `Image ${number} with marks` : ''} className="chequer max-h-24 max-w-40" />
      )}
      <span>{`${describeSize(image)} · ${describeBytes(image.sizeBytes)} · ${image.mime.replace('image/', '').toUpperCase()}`}</span>
    </li>
  )
}

/** The different recipes, each with how often it is sent. */
function groupAlike(recipes: readonly Recipe[]): { recipe: Recipe; count: number }[] {
  const kinds = new Map<string, { recipe: Recipe; count: number }>()
  for (const recipe of recipes) {
    const name = JSON.stringify(recipe.draft)
    kinds.set(name, { recipe, count: (kinds.get(name)?.count ?? 0) + 1 })
  }
  return [...kinds.values()]
}
