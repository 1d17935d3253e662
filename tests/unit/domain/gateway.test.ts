import { expect, test } from 'vitest'
import { describeGateway, keyNameOf } from '#domain/gateway.ts'
import { gateways } from '#server/upstream/gateways.ts'

test('every gateway of the proxy is shown by its own name', () => {
  expect(Object.keys(gateways).map(describeGateway)).toEqual(['KIE', 'Apikley'])
})

test('an unknown gateway of another proxy is shown by its id', () => {
  expect(['relay', 'constructor', ''].map(describeGateway)).toEqual(['Relay', 'Constructor', ''])
})

test('the key of each gateway has its own variable', () => {
  expect(Object.keys(gateways).map(keyNameOf)).toEqual(['KIE_API_KEY', 'APIKLEY_API_KEY'])
})
