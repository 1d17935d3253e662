import { diffWordsWithSpace } from 'diff'
import { useMemo } from 'react'
import type { Picture } from '#domain/picture.ts'
import { differencesOf } from './difference-list.ts'

/** Longer prompts are not compared word by word, because it would take seconds. */
const mostMs = 200

const words = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'word' }) : undefined

/** Lists the parameters in which two images differ, and the words removed from A's prompt and added in B's. */
export function Differences({ a, b }: { a: Picture; b: Picture }) {
  const parameters = useMemo(() => differencesOf(a, b), [a, b])
  return (
    <div className="flex flex-col gap-3 text-sm">
      {parameters.length === 0 ? (
        <p className="text-soft">Made with the same settings.</p>
      ) : (
        <table className="w-full text-left">
          <thead className="text-faint text-xs">
            <tr>
              <th scope="col" className="font-normal">
                Setting
              </th>
              <th scope="col" className="font-normal">
                A
              </th>
              <th scope="col" className="font-normal">
                B
              </th>
            </tr>
          </thead>
          <tbody>
            {parameters.map(({ label, a: ofA, b: ofB }) => (
              <tr key={label} className="border-line border-t align-top">
                <th scope="row" className="py-1 pr-2 font-normal text-soft">
                  {label}
                </th>
                <td className="py-1 pr-2 text-ink">{ofA}</td>
                <td className="py-1 text-ink">{ofB}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <PromptDifference a={a.prompt} b={b.prompt} />
    </div>
  )
}

function PromptDifference({ a, b }: { a: string; b: string }) {
  const parts = useMemo(
    () =>
      diffWordsWithSpace(a, b, { timeout: mostMs, ...(words ? { intlSegmenter: words } : {}) })?.map((part, at) => ({
        ...part,
        at,
      })),
    [a, b],
  )
  if (a === b) return <p className="text-soft">The prompts are the same.</p>
  if (!parts || isUnlike(parts, a, b)) return <Both a={a} b={b} />
  return (
    <section aria-label="Prompts" className="border-line border-t pt-3">
      <p dir="auto" className="whitespace-pre-wrap break-words text-ink">
        {parts.map((part) => (
          <Part key={part.at} {...part} />
        ))}
      </p>
    </section>
  )
}

function Part({ value, added, removed }: { value: string; added: boolean; removed: boolean }) {
  if (removed) return <del className="rounded-sm bg-hover text-danger">{value}</del>
  if (added) return <ins className="rounded-sm bg-hover font-medium text-ink">{value}</ins>
  return <span className="text-soft">{value}</span>
}

/** Prompts that share less are shown one after the other, which is easier to read. */
const leastShared = 0.25

function isUnlike(
  parts: readonly { value: string; added: boolean; removed: boolean }[],
  a: string,
  b: string,
): boolean {
  const shared = parts.reduce((sum, { value, added, removed }) => sum + (added || removed ? 0 : value.length), 0)
  return shared < leastShared * Math.max(a.length, b.length)
}

function Both({ a, b }: { a: string; b: string }) {
  return (
    <section aria-label="Prompts" className="flex flex-col gap-2 border-line border-t pt-3">
      {[
        ['A', a],
        ['B', b],
      ].map(([letter, prompt]) => (
        <p key={letter} className="whitespace-pre-wrap break-words text-ink">
          <span className="mr-2 text-faint">{letter}</span>
          <span dir="auto">{prompt}</span>
        </p>
      ))}
    </section>
  )
}
