import { kieJobs, kieKontext } from './kie.ts'
import type { Provider } from './provider.ts'

export const providers: readonly Provider[] = [kieKontext, kieJobs]

export function findProvider(id: string): Provider | undefined {
  return providers.find((provider) => provider.id === id)
}
