import { createContext, useContext } from 'react'
import type { Generator } from './generator.ts'

export const GeneratorContext = createContext<Generator | undefined>(undefined)

/** How screens start, stop and resume runs. */
export function useGenerator(): Generator {
  const generator = useContext(GeneratorContext)
  if (!generator) throw new Error('useGenerator needs a GeneratorContext')
  return generator
}
