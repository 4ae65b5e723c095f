import { isIP } from 'node:net'
import { fieldProblem, type Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { AddressPolicy } from './address.ts'
import { LOOPBACK_ADDRESSES, nameKind } from './names.ts'
import { allowing, wordsOf, type Refusal } from './refusals.ts'

export interface UrlRules {
  /** Whether plain http is taken beside https. */
  allowHttp: boolean
  addresses: AddressPolicy
}

const PORTS_HTTPS: readonly number[] = [443, 8443]
const PORTS_HTTP: readonly number[] = [80, 8080]
/** RFC 5321, 8314 and 6409, and what providers offer where 25 is closed. */
const PORTS_SMTP: readonly number[] = [25, 465, 587, 2525]

// Space and everything that is not printed. The URL parser drops some of them silently, so that what a person
// reads and what is requested could differ; likewise a backslash, which it takes for a slash.
// eslint-disable-next-line no-control-regex -- these are what is looked for
const UNSEEN = /[\u0000-\u0020\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]/

// To the URL parser `https:a.com`, `https:/a.com` and `https:///a.com` are all https://a.com; to other readers they are not.
const AUTHORITY = /^https?:\/\/[^/]/i
const HTTP = /^https?:$/
const IN_FULL = 'it is not a URL; write it in full, like https://hooks.example.com/path'

/**
 * What a URL must be for us to send to it, judged without asking the DNS. Throws `Problem('url_not_allowed')` on field
 * `url` that names all that is in the way at once, and all that an operator would have to allow. A fragment is dropped: it is never part of a request.
 *
 * Every spelling of an IP address (octal, hexadecimal, short, full-width digits …) is one to the WHATWG parser, so the
 * literal is judged as it comes out of it.
 */
export function checkUrl(text: string, rules: UrlRules): URL {
  refuseText(text)
  const url = parse(text)
  if (!HTTP.test(url.protocol)) {
    const right = rules.allowHttp ? 'https:// or http://' : 'https://'
    throw refuse(`it begins with ${url.protocol}; it must begin with ${right}`)
  }
  if (!AUTHORITY.test(text)) throw refuse(IN_FULL)
  const refusals = [
    ...schemeRefusals(url, rules),
    ...credentialRefusals(url),
    ...hostRefusals(url, rules),
    ...portRefusals(url, rules),
  ]
  if (refusals.length > 0) throw refuse(wordsOf(refusals))
  url.hash = ''
  return url
}

/** The IP address that a URL's host is, without brackets; null when the host is a name. */
export function literalOf(hostname: string): string | null {
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return isIP(address) === 0 ? null : address
}

/**
 * Whether the port of a connection is on the list, which a listed address need not heed. A URL that somebody asks for has
 * no `smtp:`: that is the operator's own relay, and the only one of its kind.
 */
export function isListedPort(protocol: string, port: number, allowHttp: boolean): boolean {
  if (protocol === 'smtp:') return PORTS_SMTP.includes(port)
  return PORTS_HTTPS.includes(port) || (allowHttp && PORTS_HTTP.includes(port))
}

/** Why an address is refused that a host leads to, and what would allow it. */
export function addressRefusal(host: string, address: string, what: string): Refusal {
  const subject = host === address ? `${address} is` : `${host} resolves to ${address},`
  return { what: `${subject} ${what}`, flag: allowing(address) }
}

function refuseText(text: string): void {
  if (text.length > LIMITS.urlCharactersMax) {
    throw refuse(`it has ${text.length} characters; at most ${LIMITS.urlCharactersMax} are allowed`)
  }
  if (UNSEEN.test(text)) throw refuse('take the spaces and invisible characters out of it')
  if (text.includes('\\')) throw refuse('write it with slashes (/), not backslashes')
}

function parse(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw refuse(IN_FULL)
  return url
}

function schemeRefusals({ protocol }: URL, { allowHttp }: UrlRules): Refusal[] {
  if (protocol === 'https:' || allowHttp) return []
  return [{ what: 'it begins with http: instead of https:', flag: '--allow-http' }]
}

function credentialRefusals({ username, password }: URL): Refusal[] {
  if (username === '' && password === '') return []
  const what = 'it has a user name or a password (a webhook can carry credentials in a static header instead)'
  return [{ what, flag: null }]
}

function hostRefusals({ hostname }: URL, { addresses }: UrlRules): Refusal[] {
  const literal = literalOf(hostname)
  if (literal !== null) {
    const what = addresses.refusal(literal)
    return what === null ? [] : [addressRefusal(literal, literal, what)]
  }
  const name = nameKind(hostname)
  switch (name.kind) {
    case 'public':
      return []
    case 'loopback': {
      if (LOOPBACK_ADDRESSES.some((address) => addresses.isListed(address))) return []
      const [address = ''] = LOOPBACK_ADDRESSES
      const meaning = `${hostname} means ${address}, ${addresses.refusal(address) ?? ''}`
      return [{ what: meaning, flag: allowing(address) }]
    }
    case 'local':
      // Where it leads is not known before it is looked up; every address must be on the list then.
      return addresses.hasList
        ? []
        : [{ what: `the host name "${hostname}" ${name.what}`, flag: allowing(null) }]
    case 'impossible':
      return [{ what: `the host name "${hostname}" ${name.what}`, flag: null }]
  }
}

/**
 * Other ports are for addresses the operator named. A name may lead to one, so it passes here when there is a list; the
 * connection is refused later unless every address of the name is on it. Whoever is refused for plain http is told of its
 * ports as if it were allowed, which it would have to be anyway.
 */
function portRefusals(url: URL, { allowHttp, addresses }: UrlRules): Refusal[] {
  const port = portOf(url)
  const withHttp = allowHttp || url.protocol === 'http:'
  if (isListedPort(url.protocol, port, withHttp)) return []
  const literal = literalOf(url.hostname)
  const isLoopbackName = literal === null && nameKind(url.hostname).kind === 'loopback'
  const address = literal ?? (isLoopbackName ? (LOOPBACK_ADDRESSES[0] ?? null) : null)
  if (address === null ? addresses.hasList : mayBeListed(address, isLoopbackName, addresses)) return []
  const ports = withHttp ? [...PORTS_HTTPS, ...PORTS_HTTP] : PORTS_HTTPS
  return [{ what: `port ${port} is not one of ${ports.join(', ')}`, flag: allowing(address) }]
}

function mayBeListed(address: string, isLoopbackName: boolean, addresses: AddressPolicy): boolean {
  return isLoopbackName
    ? LOOPBACK_ADDRESSES.some((one) => addresses.isListed(one))
    : addresses.isListed(address)
}

export function portOf({ protocol, port }: { protocol: string; port: string }): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

function refuse(message: string): Problem {
  return fieldProblem('url_not_allowed', 'url', message)
}
