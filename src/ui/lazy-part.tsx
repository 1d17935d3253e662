import type { ComponentType, ReactNode } from 'react'
import { useLoaded } from './use-loaded.ts'

/**
 * A component that is loaded when it is first rendered. Unlike React's `lazy`, a failed load is tried again. `waiting`
 * is shown until then; by default nothing, or a message after a failed load.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props & { waiting?: ReactNode }> {
  return function LazyPart({ waiting, ...props }: Props & { waiting?: ReactNode }) {
    const { part: Part, failed } = useLoaded(load, true)
    if (Part) return <Part {...(props as unknown as Props)} />
    return waiting ?? (failed && <p className="p-4 text-center text-faint text-sm">Not loaded yet. Trying again …</p>)
  }
}
