import { createContext, useContext } from 'react'
import type { Fallback } from '#providers/send.ts'

/** The service that makes what the first one refuses; `undefined` where the proxy has none. */
export const FallbackContext = createContext<Fallback | undefined>(undefined)

export function useFallback(): Fallback | undefined {
  return useContext(FallbackContext)
}
