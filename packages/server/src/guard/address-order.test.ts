import { expect, it } from 'vitest'
import { orderAddresses } from './address-order.ts'

const isDead = (address: string): boolean => address.endsWith('.9') || address.endsWith(':9')

it.each([
  [
    ['10.0.0.1', '10.0.0.2', '2600::1', '2600::2', '2600::3'],
    ['10.0.0.1', '2600::1', '10.0.0.2', '2600::2', '2600::3'],
  ],
  [
    ['2600::1', '10.0.0.1'],
    ['10.0.0.1', '2600::1'],
  ],
  [
    ['10.0.0.9', '10.0.0.1', '2600::9', '2600::1'],
    ['10.0.0.1', '2600::1', '10.0.0.9', '2600::9'],
  ],
  [
    ['10.0.0.9', '2600::9', '10.0.0.1'],
    ['10.0.0.1', '2600::9', '10.0.0.9'],
  ],
  [['10.0.0.9'], ['10.0.0.9']],
  [[], []],
])('%j become %j', (addresses, ordered) => {
  expect(orderAddresses(addresses, isDead)).toEqual(ordered)
})

it('goes on with the other family', () => {
  const ordered = orderAddresses(['10.0.0.2', '2600::1'], isDead, '10.0.0.1')
  expect(ordered).toEqual(['2600::1', '10.0.0.2'])
})
