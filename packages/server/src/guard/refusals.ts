import { isIPv4 } from 'node:net'
import { withoutMapping } from './address.ts'

/** One thing that is in the way of a request. */
export interface Refusal {
  /** Without a full stop: "127.0.0.1 is a loopback address". */
  what: string
  /** The flag with which an operator would allow it; null when nobody can. */
  flag: string | null
}

/** What is known of where a name leads, before it is looked up. */
const UNKNOWN_ADDRESSES = '--allow-cidr for the addresses that the name resolves to'

/** The flag that allows an address. All of loopback goes together: what serves at one of it mostly serves at the others. */
export function allowing(address: string | null): string {
  if (address === null) return UNKNOWN_ADDRESSES
  const plain = withoutMapping(address)
  if (!isIPv4(plain)) return `--allow-cidr ${plain}/128`
  return `--allow-cidr ${plain.startsWith('127.') ? '127.0.0.0/8' : `${plain}/32`}`
}

/**
 * All that is in the way, and all that an operator would have to allow, in words that end without a full stop: whoever mends
 * one thing should not be told of the next only then.
 */
export function wordsOf(refusals: readonly Refusal[]): string {
  const what = refusals.map((refusal) => refusal.what).join('; ')
  const flags = [...new Set(refusals.flatMap(({ flag }) => flag ?? []))]
  if (flags.length === 0) return what
  const which = refusals.every(({ flag }) => flag !== null) ? 'it' : 'the rest'
  return `${what}. An operator can allow ${which} with ${flags.join(' and ')}`
}
