import { createContext, useContext } from 'react'
import type { Fallback } from '#providers/send.ts'

/** The service used for what the first one refuses; `undefined` if the proxy has none. */
export const FallbackContext = createContext<Fallback | undefined>(undefined)

export function useFallback(): Fallback | undefined {
  return useContext(FallbackContext)
}
