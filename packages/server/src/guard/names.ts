/**
 * Endings of names that mean a place on the local machine or network, or no place in the public DNS at all
 * (https://www.iana.org/assignments/special-use-domain-names). `.test`, `.example` and `.invalid` are left to the resolver:
 * they lead nowhere, and wherever a private resolver sends them is judged like any address.
 */
const SPECIAL_SUFFIXES = [
  'local', // RFC 6762, multicast DNS
  'onion', // RFC 7686
  'alt', // RFC 9476
  'arpa', // RFC 3172; home.arpa (RFC 8375), service.arpa, reverse lookups
  'internal', // ICANN, reserved for private use on 29 July 2024; Google Cloud's metadata has a name there
  'localdomain', // in no registry, yet in many a hosts file
] as const

/** RFC 1035, section 2.3.4. */
const NAME_CHARACTERS_MAX = 253
const LABEL_CHARACTERS_MAX = 63

/**
 * Names that belong to no DNS: nobody is asked for them, whatever is allowed (RFC 7686, section 2; RFC 9476). A question
 * would tell others which hidden service is meant.
 */
const NEVER_LOOKED_UP: ReadonlySet<string> = new Set(['onion', 'alt'])

/** What a host name is, as the URL parser gives it. */
export type NameKind =
  /** Looked up, and its addresses judged. */
  | { kind: 'public' }
  /** This machine (RFC 6761, section 6.3). Nobody is asked for it. */
  | { kind: 'loopback' }
  /** Of the local network: only for addresses that the operator listed, all of them. `what` says why. */
  | { kind: 'local'; what: string }
  /** `what` says what is wrong with it. */
  | { kind: 'impossible'; what: string }

export function nameKind(hostname: string): NameKind {
  const name = withoutRootDot(hostname)
  const labels = name.split('.')
  const last = labels.at(-1)
  if (name.length > NAME_CHARACTERS_MAX || !labels.every(isLabel)) {
    return { kind: 'impossible', what: 'is not a valid host name' }
  }
  if (last === 'localhost') return { kind: 'loopback' }
  if (labels.length === 1) return { kind: 'local', what: 'has no domain' }
  const suffix = SPECIAL_SUFFIXES.find((special) => last === special)
  if (suffix === undefined) return { kind: 'public' }
  const what = `ends in .${suffix}, which is not a public name`
  return { kind: NEVER_LOOKED_UP.has(suffix) ? 'impossible' : 'local', what }
}

/** The addresses that `localhost` means. */
export const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1']

/** `example.com.` and `example.com` are one name; certificates and SNI have it without the dot. */
export function withoutRootDot(hostname: string): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
}

function isLabel(label: string): boolean {
  return label.length > 0 && label.length <= LABEL_CHARACTERS_MAX
}
