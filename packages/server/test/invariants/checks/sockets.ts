import { BlockList, isIPv6 } from 'node:net'
import type { Check } from '../check.ts'

/** 19 */
export const noSocketToDeniedAddresses: Check = {
  invariant: 19,
  needs: ['sockets', 'deniedAddresses'],
  run(facts, { looked, broken }) {
    const denied = new BlockList()
    for (const range of facts.history.deniedAddresses ?? []) {
      const [network = '', prefix = ''] = range.split('/')
      denied.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4')
    }
    for (const { at, address } of facts.history.sockets ?? []) {
      looked()
      const plain = address.replace(/^::ffff:/i, '')
      if (denied.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4'))
        broken(`a socket was opened to ${address}`, { at })
    }
  },
}
