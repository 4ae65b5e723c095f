import { BlockList, isIPv4, isIPv6 } from 'node:net'

export interface Cidr {
  address: string
  prefix: number
  family: 'ipv4' | 'ipv6'
}

const FORM = /^([^/]+)(?:\/(\d{1,3}))?$/

/**
 * Reads `10.0.0.0/8`, `fd00::/8` or a single address. Throws an Error that names the text and says what would be right.
 * A range whose address has bits beyond its prefix is refused rather than guessed at: `10.0.0.5/8` may mean one host or
 * sixteen million.
 */
export function parseCidr(text: string): Cidr {
  const [, address, prefixText] = FORM.exec(text.trim()) ?? []
  const family = familyOf(address)
  if (address === undefined || family === null) throw unreadable(text)
  const bits = family === 'ipv4' ? 32 : 128
  const prefix = prefixText === undefined ? bits : Number(prefixText)
  if (prefix > bits) throw new Error(`"${text}" is not a range of addresses: its prefix is at most /${bits}.`)
  if (hasHostBits(address, prefix, family)) {
    throw new Error(
      `"${text}" is not a range of addresses: ${address} is not where a /${prefix} begins. For that address alone write ${address}/${bits}.`,
    )
  }
  if (family === 'ipv6' && isMapped(address)) {
    throw new Error(
      `"${text}" is not a range of addresses that is matched: write the IPv4 addresses within it as IPv4.`,
    )
  }
  return { address, prefix, family }
}

/** `::ffff:a.b.c.d`, which is judged as the IPv4 address it stands for (RFC 4291, section 2.5.5.2). */
export function isMapped(address: string): boolean {
  const groups = groupsOf(address)
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
}

/** One list over many ranges. */
export function blockListOf(ranges: readonly Cidr[]): BlockList {
  const list = new BlockList()
  for (const { address, prefix, family } of ranges) list.addSubnet(address, prefix, family)
  return list
}

/** The eight 16-bit groups of an IPv6 address that `net.isIPv6` takes and that bears no zone. */
export function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const left = groupsOfPart(head)
  if (tail === undefined) return left
  const right = groupsOfPart(tail)
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

/** Two groups → the dotted IPv4 address they spell. */
export function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}

function groupsOfPart(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}

function hasHostBits(address: string, prefix: number, family: Cidr['family']): boolean {
  const [width, groups] = family === 'ipv4' ? [8, address.split('.').map(Number)] : [16, groupsOf(address)]
  return groups.some((group, index) => {
    const kept = Math.min(Math.max(prefix - index * width, 0), width)
    return (group & ((1 << (width - kept)) - 1)) !== 0
  })
}

function familyOf(address: string | undefined): Cidr['family'] | null {
  if (address === undefined || address.includes('%')) return null
  if (isIPv4(address)) return 'ipv4'
  return isIPv6(address) ? 'ipv6' : null
}

function unreadable(text: string): Error {
  return new Error(`"${text}" is not a range of addresses. Write it like 10.0.0.0/8 or fd00::/8.`)
}
