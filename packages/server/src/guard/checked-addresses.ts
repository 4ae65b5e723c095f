import type { AddressPolicy } from './address.ts'
import { ConnectError } from './connect-error.ts'
import { nameRefusal, withoutRootDot } from './names.ts'
import type { Resolver } from './resolver.ts'
import { addressRefusal, isListedPort, literalOf, portOf } from './url.ts'

/**
 * Where to, in undici's words: `hostname` is a name or a literal without brackets, `port` is '' for the scheme's own.
 * `smtp:` is a plain socket to a mail server, whose port is always said.
 */
export interface ConnectTarget {
  protocol: string
  hostname: string
  port: string
}

export interface AddressFinderOptions {
  allowHttp: boolean
  addresses: AddressPolicy
  resolver: Resolver
}

/** Says which addresses a connection may be made to. `onSome` is told those of one family before the other answers. */
export type FindAddresses = (
  target: ConnectTarget,
  onSome?: (addresses: string[]) => void,
) => Promise<string[]>

/**
 * Makes the function that says which addresses a connection may be made to, at least one. It looks a name up once and
 * refuses the name when any answer is bad, since an attacker's name server would mix good ones in; what one family
 * answers is judged before it is told on. Rejects with a ConnectError.
 */
export function createAddressFinder({ allowHttp, addresses, resolver }: AddressFinderOptions): FindAddresses {
  async function resolve(hostname: string, onSome: (found: string[]) => void): Promise<string[]> {
    const wrong = nameRefusal(hostname)
    if (wrong !== null) throw denied(`The host name "${hostname}" ${wrong}`)
    const found = await resolver.resolve(withoutRootDot(hostname), onSome)
    if (found.length > 0) return found
    throw new ConnectError('dns_not_found', `${hostname} does not resolve: the name has no address.`)
  }

  function refuseAddress(host: string, address: string): void {
    const what = addresses.refusal(address)
    if (what !== null) throw denied(addressRefusal(host, address, what))
  }

  function refusePort(target: ConnectTarget, found: readonly string[]): void {
    const port = portOf(target)
    if (isListedPort(target.protocol, port, allowHttp)) return
    const unlisted = found.find((address) => !addresses.isListed(address))
    if (unlisted === undefined) return
    throw denied(
      `Port ${port} is only allowed at addresses that an operator named with --allow-cidr; ${unlisted} is not one`,
    )
  }

  function judged(target: ConnectTarget, found: string[]): string[] {
    for (const address of found) refuseAddress(target.hostname, address)
    refusePort(target, found)
    return found
  }

  return async (target, onSome) => {
    const literal = literalOf(target.hostname)
    if (literal !== null) return judged(target, [literal])
    const { promise: refused, reject } = Promise.withResolvers<never>()
    const all = resolve(target.hostname, (some) => {
      try {
        onSome?.(judged(target, some))
      } catch (error) {
        reject(error)
      }
    })
    return judged(target, await Promise.race([all, refused]))
  }
}

function denied(sentence: string): ConnectError {
  return new ConnectError('address_denied', `${sentence}.`)
}
