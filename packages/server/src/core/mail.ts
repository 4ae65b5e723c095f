/** One address that mail comes from, with the name that mail programs show. */
export interface Mailbox {
  /** '' for none. */
  name: string
  address: string
}

/** The mail server that takes our mail, as the setting `smtp_url` names it. */
export interface SmtpRelay {
  /** A name, or an address literal without brackets. */
  host: string
  port: number
  /**
   * `first`: TLS from the first byte. `upgrade`: STARTTLS, and nothing is sent without it. `off`: in the clear, for a
   * relay on a network that is trusted.
   */
  tls: 'first' | 'upgrade' | 'off'
  login: { user: string; password: string } | null
}

const LOCAL_CHARACTERS_MAX = 64
const ADDRESS_CHARACTERS_MAX = 254
/** Of RFC 5321, section 4.1.2, the forms that every mail server takes: a dot-atom at a full domain, in ASCII. */
const ADDRESS =
  /^([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
/** What a name may be made of without quotes: none of the characters that mean something in an address. */
const DISPLAY_NAME = /^[^\p{Cc}<>"\\,;:@()[\]]{1,100}$/u

export function isMailAddress(text: string): boolean {
  if (text.length > ADDRESS_CHARACTERS_MAX) return false
  const local = ADDRESS.exec(text)?.[1]
  return local !== undefined && local.length <= LOCAL_CHARACTERS_MAX
}

/** `alerts@example.com` or `Alerts <alerts@example.com>`; null for anything else. */
export function readMailbox(text: string): Mailbox | null {
  if (isMailAddress(text)) return { name: '', address: text }
  const [, name = '', address = ''] = /^([^<]*)<([^<>]*)>$/.exec(text) ?? []
  if (!isMailAddress(address)) return null
  return name.trim() === '' || DISPLAY_NAME.test(name.trim()) ? { name: name.trim(), address } : null
}

/** Where mail to these addresses goes, as a URL (RFC 6068). */
export function mailtoUrl(addresses: readonly string[]): string {
  return `mailto:${addresses.map((address) => encodeURIComponent(address).replace('%40', '@')).join(',')}`
}

/** The addresses of a `mailtoUrl`. */
export function addressesOf(mailto: string): string[] {
  return mailto
    .slice('mailto:'.length)
    .split(',')
    .map((address) => decodeURIComponent(address))
}

const URL_CHARACTERS_MAX = 2_048
/** RFC 8314: submission over TLS from the first byte, and with STARTTLS. */
const PORT_DEFAULT = { 'smtps:': 465, 'smtp:': 587 } as const
const OFF = '?tls=off'

/** Null when the text names no relay, and when it would send a password in the clear. */
export function readSmtpUrl(text: string): SmtpRelay | null {
  const scheme = /^(smtps?:)\/\/[^/]/i.exec(text)?.[1]?.toLowerCase()
  if ((scheme !== 'smtps:' && scheme !== 'smtp:') || text.length > URL_CHARACTERS_MAX) return null
  // The parser makes one address of all its spellings for schemes that it knows; these two it does not.
  const url = URL.parse(text.replace(/^[^:]+/, 'http'))
  const port = URL.parse(text)?.port
  if (url === null || port === undefined || !/^\/?$/.test(url.pathname) || url.hash !== '') return null
  const isOff = url.search === OFF
  if (url.search !== '' && (!isOff || scheme === 'smtps:')) return null
  const login = loginOf(url)
  if (login === undefined || (login !== null && isOff)) return null
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORT_DEFAULT[scheme] : Number(port),
    tls: scheme === 'smtps:' ? 'first' : isOff ? 'off' : 'upgrade',
    login,
  }
}

/** Null without one; undefined when it is half there or not written as a URL has it. */
function loginOf({ username, password }: URL): SmtpRelay['login'] | undefined {
  if (username === '' && password === '') return null
  try {
    const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) }
    const isWhole =
      login.user !== '' && login.password !== '' && !/[\0\r\n]/.test(login.user + login.password)
    return isWhole ? login : undefined
  } catch {
    return undefined
  }
}
