import { isIP } from 'node:net'
import { fieldProblem, type Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { AddressPolicy } from './address.ts'
import { nameRefusal } from './names.ts'

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
const IN_FULL = 'it is not a URL; write it in full, like https://hooks.example.com/path'

/**
 * What a URL must be for us to send to it, judged without asking the DNS. Throws `Problem('url_not_allowed')` on field
 * `url` saying what would be right. A fragment is dropped: it is never part of a request.
 *
 * Every spelling of an IP address (octal, hexadecimal, short, full-width digits …) is one to the WHATWG parser, so the
 * literal is judged as it comes out of it.
 */
export function checkUrl(text: string, rules: UrlRules): URL {
  refuseText(text)
  const url = parse(text)
  refuseScheme(url, rules)
  if (!AUTHORITY.test(text)) throw refuse(IN_FULL)
  if (url.username !== '' || url.password !== '') {
    throw refuse(
      'take the user name and password out of it; a webhook can carry credentials in a static header',
    )
  }
  refuseHost(url, rules)
  refusePort(url, rules)
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

/** Says why an address was refused and who can change that, without the last full stop. */
export function addressRefusal(host: string, address: string, what: string): string {
  const subject = host === address ? `${address} is` : `${host} resolves to ${address},`
  return `${subject} ${what}. An operator can allow it with --allow-cidr`
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

function refuseScheme(url: URL, { allowHttp }: UrlRules): void {
  if (url.protocol === 'https:' || (allowHttp && url.protocol === 'http:')) return
  const right = allowHttp ? 'https:// or http://' : 'https://'
  throw refuse(`it begins with ${url.protocol}; it must begin with ${right}`)
}

function refuseHost(url: URL, { addresses }: UrlRules): void {
  const literal = literalOf(url.hostname)
  if (literal === null) {
    const wrong = nameRefusal(url.hostname)
    if (wrong !== null) throw refuse(`the host name "${url.hostname}" ${wrong}`)
    return
  }
  const what = addresses.refusal(literal)
  if (what !== null) throw refuse(addressRefusal(literal, literal, what))
}

/**
 * Other ports are for addresses the operator named. A name may lead to one, so it passes here when there is a list; the
 * connection is refused later unless every address of the name is on it.
 */
function refusePort(url: URL, { allowHttp, addresses }: UrlRules): void {
  const port = portOf(url)
  if (isListedPort(url.protocol, port, allowHttp)) return
  const literal = literalOf(url.hostname)
  if (literal === null ? addresses.hasList : addresses.isListed(literal)) return
  const ports = allowHttp ? [...PORTS_HTTPS, ...PORTS_HTTP] : PORTS_HTTPS
  throw refuse(
    `port ${port} is not one of ${ports.join(', ')}; an operator can allow more for the addresses of --allow-cidr`,
  )
}

export function portOf({ protocol, port }: { protocol: string; port: string }): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

function refuse(message: string): Problem {
  return fieldProblem('url_not_allowed', 'url', message)
}
