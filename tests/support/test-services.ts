import { generate } from 'selfsigned'
import { afterEach } from 'vitest'
import { type Certificate, type FakeService, openFakeService } from './fake-service.ts'

/** Services that are closed after each test. To be called at the top of a test file. */
export function openServicesForTests(): typeof openFakeService {
  const opened: FakeService[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((service) => service.close()))
  })
  return async (reply, certificate) => {
    const service = await openFakeService(reply, certificate)
    opened.push(service)
    return service
  }
}

/** For "localhost", signed by itself. */
export async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
  return { key, cert }
}

/** Accepts every certificate during `act`. */
export async function trustingAll<T>(act: () => Promise<T>): Promise<T> {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  try {
    return await act()
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
  }
}
