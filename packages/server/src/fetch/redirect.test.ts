import { expect, it } from 'vitest'
import { redirectTarget } from './redirect.ts'

const base = new URL('https://www.example.com/shop/page?x=1')

it.each([
  ['https://other.example.com/a', 'https://other.example.com/a'],
  ['//other.example.com/a', 'https://other.example.com/a'],
  ['/a', 'https://www.example.com/a'],
  ['a', 'https://www.example.com/shop/a'],
  ['../a', 'https://www.example.com/a'],
  ['?x=2', 'https://www.example.com/shop/page?x=2'],
  ['', 'https://www.example.com/shop/page?x=1'],
  ['file:///etc/passwd', 'file:///etc/passwd'],
  ['https:\\\\other.example.com', 'https://other.example.com/'],
  [Buffer.from('/caf\u00e9').toString('latin1'), 'https://www.example.com/caf%C3%A9'],
])('%j leads to %s', (location, target) => {
  expect(redirectTarget(location, base)).toBe(target)
})

it.each([null, 'http://', 'https://[::1', 'http://a b/'])('%j leads nowhere', (location) => {
  expect(redirectTarget(location, base)).toBeNull()
})
