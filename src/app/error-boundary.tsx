import { Component, type ReactNode } from 'react'
import { Button } from '#ui/button.tsx'

interface Props {
  /** The name of the part for users: "The gallery". */
  part: string
  children: ReactNode
}

/** Keeps an error in one part of the screen from removing the rest. React offers this to classes only. */
export class ErrorBoundary extends Component<Props, { error: unknown; tries: number }> {
  override state = { error: undefined as unknown, tries: 0 }

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? 'unknown' }
  }

  override render() {
    const { error, tries } = this.state
    if (error === undefined) return this.props.children
    const detail = error instanceof Error ? error.message : String(error)
    return (
      <div role="alert" className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center text-sm">
        <p className="font-medium text-ink">{this.props.part} cannot be shown.</p>
        <p className="max-w-sm text-faint text-xs [overflow-wrap:anywhere]">
          The rest works, and stored work is safe. Cause: {detail}
        </p>
        {tries === 0 ? (
          <Button onClick={() => this.setState({ error: undefined, tries: 1 })}>Reload this part</Button>
        ) : (
          <Button onClick={() => location.reload()}>Reload the page</Button>
        )}
      </div>
    )
  }
}
