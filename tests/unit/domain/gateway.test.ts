import { expect, test } from 'vitest'
import { describeGateway, keyNameOf } from '#domain/gateway.ts'
import { gateways } from '#server/upstream/gateways.ts'

test('every gateway of the proxy is called as it calls itself', () => {
  expect(Object.keys(gateways).map(describeGateway)).toEqual(['KIE', 'Apikley'])
})

test('a gateway of somebody else’s proxy is called by its id, whatever that is', () => {
  expect(['relay', 'constructor', ''].map(describeGateway)).toEqual(['Relay', 'Constructor', ''])
})

test('the key of a gateway stands in a variable of its own', () => {
  expect(Object.keys(gateways).map(keyNameOf)).toEqual(['KIE_API_KEY', 'APIKLEY_API_KEY'])
})
