/**
 * Names that mean a place on the local machine or network, or no place in the public DNS at all
 * (https://www.iana.org/assignments/special-use-domain-names). `.test`, `.example` and `.invalid` are left to the resolver:
 * they lead nowhere, and wherever a private resolver sends them is judged like any address.
 */
const SPECIAL_SUFFIXES = [
  'localhost', // RFC 6761
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

/** Null when a host name, as the URL parser gives it, may be looked up; else what is wrong with it. */
export function nameRefusal(hostname: string): string | null {
  const name = withoutRootDot(hostname)
  const labels = name.split('.')
  if (name.length > NAME_CHARACTERS_MAX || !labels.every(isLabel)) return 'is not a valid host name'
  if (labels.length === 1) return 'has no domain: only full names such as hooks.example.com are looked up'
  const suffix = SPECIAL_SUFFIXES.find((special) => labels.at(-1) === special)
  return suffix === undefined ? null : `ends in .${suffix}, which is not a public name`
}

/** `example.com.` and `example.com` are one name; certificates and SNI have it without the dot. */
export function withoutRootDot(hostname: string): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
}

function isLabel(label: string): boolean {
  return label.length > 0 && label.length <= LABEL_CHARACTERS_MAX
}
