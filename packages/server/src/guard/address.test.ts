import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAddressPolicy } from './address.ts'
import { SPECIAL_IPV4, SPECIAL_IPV6 } from './special-addresses.ts'

const strict = createAddressPolicy([])

/** First address of a range. */
function first(cidr: string): string {
  return cidr.slice(0, cidr.indexOf('/'))
}

describe('without an allow-list', () => {
  it.each([...SPECIAL_IPV4, ...SPECIAL_IPV6])('refuses $cidr as $what', ({ cidr, what }) => {
    const refusal = strict.refusal(first(cidr))
    // 2002:: also carries an IPv4 address, which is named instead.
    expect(refusal).toContain(cidr === '2002::/16' ? 'the 6to4 form of 0.0.0.0' : what)
  })

  it.each([
    ['the last before a range', '9.255.255.255'],
    ['the first behind a range', '11.0.0.0'],
    ['just below carrier-grade NAT', '100.63.255.255'],
    ['just above it', '100.128.0.0'],
    ['just above 172.16/12', '172.32.0.0'],
    ['just below multicast', '223.255.255.255'],
    ['beside the Azure host', '168.63.129.17'],
    ['IPv6', '2606:4700:4700::1111'],
    ['the first IPv6 behind 2001::/23', '2001:200::1'],
    ['the last of 2000::/3', '3fff:1000::1'],
    ['mapped and public', '::ffff:93.184.215.14'],
    ['NAT64 and public', '64:ff9b::5db8:d70e'],
    ['ISATAP of a public address', '2606:4700::5efe:5db8:d70e'],
  ])('allows an address that is %s', (_what, address) => {
    expect(strict.refusal(address)).toBeNull()
  })

  it.each([
    ['::ffff:10.0.0.1', 'the IPv6 form of 10.0.0.1, a private address'],
    ['::FFFF:A9FE:A9FE', 'the IPv6 form of 169.254.169.254, a link-local address'],
    ['64:ff9b::7f00:1', 'the NAT64 form of 127.0.0.1, a loopback address'],
    ['2002:a00:1::1', 'the 6to4 form of 10.0.0.1, a private address'],
    ['2002:5db8:d70e::1', 'a 6to4 address'],
    ['2606:4700::5efe:7f00:1', 'the ISATAP form of 127.0.0.1, a loopback address'],
    ['2606:4700::200:5efe:10.0.0.1', 'the ISATAP form of 10.0.0.1, a private address'],
    ['64:ff9b:1::7f00:1', 'a local translation address'],
    ['::7f00:1', 'a reserved address'],
    ['::ffff:0:7f00:1', 'a reserved address'],
    ['1fff::1', 'a reserved address'],
    ['4000::1', 'a reserved address'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'an address for protocol assignments'],
    ['fe80::1%eth0', 'not an address that can be reached from here'],
    ['2606:4700::1%eth0', 'not an address that can be reached from here'],
    ['example.com', 'not an address that can be reached from here'],
    ['', 'not an address that can be reached from here'],
    ['127.1', 'not an address that can be reached from here'],
  ])('refuses %j: %s', (address, reason) => {
    expect(strict.refusal(address)).toBe(reason)
  })

  it('refuses a mapped or NAT64 form exactly when it refuses the IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const plain = strict.refusal(address) === null
        expect(strict.refusal(`::ffff:${address}`) === null).toBe(plain)
        expect(strict.refusal(`64:ff9b::${address}`) === null).toBe(plain)
      }),
    )
  })

  it('allows no IPv6 address outside 2000::/3 that does not stand for IPv4', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const group = Number.parseInt(address.split(':')[0] ?? '', 16) || 0
        fc.pre(group >> 13 !== 1 && !address.startsWith('::') && group !== 0x64)
        expect(strict.refusal(address)).not.toBeNull()
      }),
    )
  })
})

describe('with an allow-list', () => {
  const policy = createAddressPolicy(['10.1.0.0/16', 'fd12::/16'])

  it.each(['10.1.0.1', '10.1.255.255', '::ffff:10.1.0.1', 'fd12::1'])('allows and lists %s', (address) => {
    expect(policy.refusal(address)).toBeNull()
    expect(policy.isListed(address)).toBe(true)
  })

  it.each(['10.2.0.1', '10.0.255.255', '127.0.0.1', 'fd13::1', '64:ff9b::10.1.0.1', '2002:a01:1::'])(
    'still refuses %s',
    (address) => {
      expect(policy.refusal(address)).not.toBeNull()
      expect(policy.isListed(address)).toBe(false)
    },
  )

  it('allows public addresses without listing them', () => {
    expect(policy.refusal('93.184.215.14')).toBeNull()
    expect(policy.isListed('93.184.215.14')).toBe(false)
  })

  it('knows whether there is a list', () => {
    expect(policy.hasList).toBe(true)
    expect(strict.hasList).toBe(false)
  })

  it('does not open IPv4 by a range of IPv6', () => {
    expect(createAddressPolicy(['::/0']).refusal('127.0.0.1')).not.toBeNull()
  })
})
