import type { AddressPolicy } from './address.ts'
import { ConnectError } from './connect-error.ts'
import { LOOPBACK_ADDRESSES, nameKind, withoutRootDot } from './names.ts'
import { allowing, wordsOf, type Refusal } from './refusals.ts'
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

/** Of a name with very many addresses, as many as anybody would read. */
const REFUSALS_TOLD_MAX = 5

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
    const name = nameKind(hostname)
    if (name.kind === 'impossible') {
      throw denied([{ what: `The host name "${hostname}" ${name.what}`, flag: null }])
    }
    if (name.kind === 'loopback') return loopbackOf(hostname)
    const found = await resolver.resolve(withoutRootDot(hostname), onSome)
    if (found.length > 0) return found
    throw new ConnectError('dns_not_found', `${hostname} does not resolve: the name has no address.`)
  }

  /** As much of loopback as the operator listed: it may be one family alone. */
  function loopbackOf(hostname: string): string[] {
    const listed = LOOPBACK_ADDRESSES.filter((address) => addresses.isListed(address))
    if (listed.length > 0) return listed
    const [address = ''] = LOOPBACK_ADDRESSES
    throw denied([addressRefusal(hostname, address, addresses.refusal(address) ?? '')])
  }

  /** What is listed may be reached, by whatever name and at whatever port; the rest only by public names at the usual ports. */
  function refusalOf({ protocol, hostname, port }: ConnectTarget, address: string): Refusal | null {
    if (addresses.isListed(address)) return null
    const what = addresses.refusal(address)
    if (what !== null) return addressRefusal(hostname, address, what)
    const flag = allowing(address)
    const name = literalOf(hostname) === null ? nameKind(hostname) : null
    if (name?.kind === 'local') {
      const only = `it may only lead to addresses that an operator listed, and ${address} is not one`
      return { what: `The host name "${hostname}" ${name.what}: ${only}`, flag }
    }
    const number = portOf({ protocol, port })
    if (isListedPort(protocol, number, allowHttp)) return null
    const only = `is only allowed at addresses that an operator listed, and ${address} is not one`
    return { what: `Port ${number} ${only}`, flag }
  }

  function judged(target: ConnectTarget, found: string[]): string[] {
    const refusals = found.flatMap((address) => refusalOf(target, address) ?? [])
    if (refusals.length > 0) throw denied(refusals.slice(0, REFUSALS_TOLD_MAX))
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

function denied(refusals: readonly Refusal[]): ConnectError {
  return new ConnectError('address_denied', `${wordsOf(refusals)}.`)
}
