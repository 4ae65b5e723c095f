import { isIPv6 } from 'node:net'

/**
 * The order in which the addresses of a name are tried: those not known to be dead first, and the families by turns,
 * since what breaks a connection is often the whole family. RFC 8305 begins with IPv6. This begins with IPv4, unless an
 * IPv4 address was the last one tried: servers in containers often have no IPv6, and receivers that only let in
 * addresses they know mostly know IPv4 ones.
 */
export function orderAddresses(
  addresses: readonly string[],
  isDead: (address: string) => boolean,
  lastTried: string | null = null,
): string[] {
  const dead = addresses.filter(isDead)
  const alive = addresses.filter((address) => !dead.includes(address))
  const first = byTurns(alive, lastTried)
  return [...first, ...byTurns(dead, first.at(-1) ?? lastTried)]
}

function byTurns(addresses: readonly string[], lastTried: string | null): string[] {
  const ipv4 = addresses.filter((address) => !isIPv6(address))
  const ipv6 = addresses.filter((address) => isIPv6(address))
  const [first, second] = lastTried === null || isIPv6(lastTried) ? [ipv4, ipv6] : [ipv6, ipv4]
  return Array.from({ length: Math.max(first.length, second.length) }, (_none, index) => [
    ...first.slice(index, index + 1),
    ...second.slice(index, index + 1),
  ]).flat()
}
