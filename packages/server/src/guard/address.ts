import { isIPv4, isIPv6, type BlockList } from 'node:net'
import { blockListOf, dotted, groupsOf, isMapped, parseCidr } from './cidr.ts'
import { GLOBAL_IPV6, SPECIAL_IPV4, SPECIAL_IPV6, type SpecialRange } from './special-addresses.ts'

/** Which addresses may be connected to. Pure: decided when it is made, from the registries and the operator's list. */
export interface AddressPolicy {
  /** Null when the address may be connected to, else what it is, e.g. "a loopback address". */
  refusal(address: string): string | null
  /** Whether the operator named it; only such an address may be reached on any port. */
  isListed(address: string): boolean
  /** Whether the operator named any. */
  readonly hasList: boolean
}

interface NamedRange {
  list: BlockList
  what: string
}

const SPECIAL_RANGES_IPV4 = SPECIAL_IPV4.map(named)
const SPECIAL_RANGES_IPV6 = SPECIAL_IPV6.map(named)
const GLOBAL_RANGE_IPV6 = blockListOf([parseCidr(GLOBAL_IPV6)])

/** Throws an Error naming the range that cannot be read. */
export function createAddressPolicy(allowCidr: readonly string[]): AddressPolicy {
  const ranges = allowCidr.map(parseCidr)
  // Apart, because a BlockList takes every IPv4 address for one of ::/0.
  const listedIPv4 = blockListOf(ranges.filter(({ family }) => family === 'ipv4'))
  const listedIPv6 = blockListOf(ranges.filter(({ family }) => family === 'ipv6'))

  function isListed(address: string): boolean {
    const plain = withoutMapping(address)
    if (isIPv4(plain)) return listedIPv4.check(plain, 'ipv4')
    return isPlainIPv6(plain) && listedIPv6.check(plain, 'ipv6')
  }

  return {
    isListed,
    refusal: (address) => (isListed(address) ? null : refusal(address)),
    hasList: ranges.length > 0,
  }
}

function refusal(address: string): string | null {
  if (isIPv4(address)) return nameIn(SPECIAL_RANGES_IPV4, address, 'ipv4')
  // A zone (fe80::1%eth0) only makes sense on a link, and BlockList does not read it.
  if (!isPlainIPv6(address)) return 'not an address that can be reached from here'
  return refusalIPv6(address)
}

function refusalIPv6(address: string): string | null {
  const carried = carriedIPv4(address)
  if (carried !== null) {
    const inner = refusal(carried.address)
    if (inner !== null) return `${carried.form} ${carried.address}, ${inner}`
    // The two forms that only lie outside 2000::/3 because they stand for IPv4 are as good as the IPv4 within.
    if (carried.equivalent) return null
  }
  const name = nameIn(SPECIAL_RANGES_IPV6, address, 'ipv6')
  if (name !== null) return name
  return GLOBAL_RANGE_IPV6.check(address, 'ipv6') ? null : 'a reserved address'
}

/** The IPv4 address that an IPv6 one carries: a router or the kernel may unwrap it after we have looked. */
function carriedIPv4(address: string): { form: string; address: string; equivalent: boolean } | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groupsOf(address)
  if (isMapped(address)) {
    return { form: 'the IPv6 form of', address: dotted(g, h), equivalent: true } // RFC 4291, section 2.5.5.2
  }
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0) {
    return { form: 'the NAT64 form of', address: dotted(g, h), equivalent: true } // RFC 6052, section 2.1
  }
  if (a === 0x2002) {
    return { form: 'the 6to4 form of', address: dotted(b, c), equivalent: false } // RFC 3056, section 2
  }
  if ((e === 0 || e === 0x200) && f === 0x5efe) {
    return { form: 'the ISATAP form of', address: dotted(g, h), equivalent: false } // RFC 5214, section 6.1
  }
  return null
}

/** `::ffff:10.0.0.1` → `10.0.0.1`: to the kernel they are one address, so to the allow-list too. */
export function withoutMapping(address: string): string {
  if (!isPlainIPv6(address)) return address
  const [high = 0, low = 0] = groupsOf(address).slice(6)
  return isMapped(address) ? dotted(high, low) : address
}

function isPlainIPv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%')
}

function nameIn(ranges: readonly NamedRange[], address: string, family: 'ipv4' | 'ipv6'): string | null {
  return ranges.find(({ list }) => list.check(address, family))?.what ?? null
}

function named({ cidr, what }: SpecialRange): NamedRange {
  return { list: blockListOf([parseCidr(cidr)]), what }
}
