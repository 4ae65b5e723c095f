import { expect, it } from 'vitest'
import { createHandClock } from '../../test/support/hand-clock.ts'
import { LIMITS } from '../core/limits.ts'
import { createDeadAddresses } from './dead-addresses.ts'

it('remembers an address and port for a minute, or until it takes a connection', () => {
  const clock = createHandClock()
  const dead = createDeadAddresses(clock)
  dead.add('10.0.0.1', 443)
  dead.add('10.0.0.2', 443)
  dead.remove('10.0.0.2', 443)
  expect(dead.has('10.0.0.1', 443)).toBe(true)
  expect(dead.has('10.0.0.1', 8443)).toBe(false)
  expect(dead.has('10.0.0.2', 443)).toBe(false)
  clock.pass(LIMITS.deadAddressMs - 1)
  expect(dead.has('10.0.0.1', 443)).toBe(true)
  clock.pass(1)
  expect(dead.has('10.0.0.1', 443)).toBe(false)
})

it('forgets the one added first when it remembers too many', () => {
  const dead = createDeadAddresses(createHandClock())
  for (let port = 1; port <= LIMITS.deadAddressesMax; port++) dead.add('10.0.0.1', port)
  dead.add('10.0.0.1', 1)
  dead.add('10.0.0.2', 1)
  expect(dead.has('10.0.0.1', 1)).toBe(true)
  expect(dead.has('10.0.0.1', 2)).toBe(false)
  expect(dead.has('10.0.0.1', 3)).toBe(true)
})
