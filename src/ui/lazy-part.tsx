import type { ComponentType, ReactNode } from 'react'
import { useLoaded } from './use-loaded.ts'

/**
 * A component that is loaded when it is first drawn. Unlike with `lazy` of React, a load that failed is tried again.
 * `waiting` is drawn until it is there; by default nothing, or words once a load has failed.
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
