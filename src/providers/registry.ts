import { gemini } from './gemini.ts'
import { kieJobs, kieKontext } from './kie.ts'
import type { Provider } from './provider.ts'

export const providers: readonly Provider[] = [kieKontext, kieJobs, gemini]

export function findProvider(id: string): Provider | undefined {
  return providers.find((provider) => provider.id === id)
}
