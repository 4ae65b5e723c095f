import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotted, groupsOf, parseCidr } from './cidr.ts'

describe('parseCidr', () => {
  it.each([
    ['127.0.0.0/8', { address: '127.0.0.0', prefix: 8, family: 'ipv4' }],
    [' 10.1.2.3 ', { address: '10.1.2.3', prefix: 32, family: 'ipv4' }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefix: 0, family: 'ipv4' }],
    ['192.168.4.0/22', { address: '192.168.4.0', prefix: 22, family: 'ipv4' }],
    ['fd00::/8', { address: 'fd00::', prefix: 8, family: 'ipv6' }],
    ['::1', { address: '::1', prefix: 128, family: 'ipv6' }],
    ['2001:db8:8000::/33', { address: '2001:db8:8000::', prefix: 33, family: 'ipv6' }],
  ])('reads %j', (text, cidr) => {
    expect(parseCidr(text)).toEqual(cidr)
  })

  it.each([
    '',
    'localhost',
    '10.0.0.0/',
    '10.0.0/8',
    '10.0.0.0/x',
    '10.0.0.0/8/9',
    'fe80::1%eth0/64',
    '1.2.3.4/-1',
  ])('refuses %j by name', (text) => {
    expect(() => parseCidr(text)).toThrow(`"${text}" is not a range of addresses`)
  })

  it.each(['10.0.0.0/33', '::/129'])('refuses the prefix of %j', (text) => {
    expect(() => parseCidr(text)).toThrow('its prefix is at most')
  })

  it.each(['10.0.0.5/8', '127.0.0.1/8', '192.168.4.0/21', 'fd00::1/64', '2001:db8:8000::/32'])(
    'refuses to guess what %j means',
    (text) => {
      expect(() => parseCidr(text)).toThrow('is not where a')
    },
  )
})

it('parseCidr refuses a mapped range, which would never match', () => {
  expect(() => parseCidr('::ffff:10.0.0.0/104')).toThrow('write the IPv4 addresses within it as IPv4')
})

describe('groupsOf', () => {
  it('reads every address as the URL parser does', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(isIPv6(address)).toBe(true)
        const long = groupsOf(address).map((group) => group.toString(16))
        expect(long).toHaveLength(8)
        expect(new URL(`http://[${long.join(':')}]/`).hostname).toBe(new URL(`http://[${address}]/`).hostname)
      }),
    )
  })
})

it('dotted spells two groups as IPv4', () => {
  expect(dotted(0xa9fe, 0xa9fe)).toBe('169.254.169.254')
})
