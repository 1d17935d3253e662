/**
 * What the service itself said about a failure. Folded: it is often in another language, and says less than our own
 * sentence.
 */
export function ServiceWords({ quoted }: { quoted: string | undefined }) {
  if (!quoted) return null
  return (
    <details className="text-faint text-xs">
      <summary className="w-fit cursor-default rounded-sm hover:text-ink max-middle:py-3.5 max-middle:pr-4">
        Details
      </summary>
      <p dir="auto" className="pr-2 [overflow-wrap:anywhere]">
        {quoted}
      </p>
    </details>
  )
}
