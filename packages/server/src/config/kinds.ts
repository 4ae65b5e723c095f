import { isIP, isIPv4 } from 'node:net'
import { readMailbox, readSmtpUrl } from '../core/mail.ts'
import { isSlug } from '../core/organization.ts'
import { formatDuration, parseDuration } from './duration.ts'

/** What every layer gives for a setting: text, or several texts for a list. */
export type RawValue = string | readonly string[]

/** How one sort of value is read, shown and described. */
export interface Kind<Value> {
  /** Stands for the value in help texts, e.g. `PORT`; null for a switch that takes none. */
  placeholder: string | null
  isList: boolean
  /** Ends the sentence "… must be". */
  right: string
  /** The value, or what would be right instead. */
  parse(raw: RawValue): { value: Value } | { right: string }
  show(value: Value): string
}

/** A kind whose values are written as one text. */
function scalar<Value>(kind: {
  placeholder: string | null
  right: string
  /** Undefined when the text is wrong. */
  read: (text: string) => Value | undefined
  show?: (value: Value) => string
}): Kind<Value> {
  const { placeholder, right, read } = kind
  return {
    placeholder,
    isList: false,
    right,
    parse(raw) {
      const value = typeof raw === 'string' ? read(raw.trim()) : undefined
      return value === undefined ? { right } : { value }
    },
    show: kind.show ?? String,
  }
}

/** A list, written with commas or as several entries. */
function list(
  placeholder: string,
  right: string,
  isRight: (entry: string) => boolean,
  emptyShown = 'none',
): Kind<readonly string[]> {
  return {
    placeholder,
    isList: true,
    right,
    parse(raw) {
      const entries = (typeof raw === 'string' ? raw.split(',') : raw).map((entry) => entry.trim())
      const value = entries.filter((entry) => entry !== '')
      return value.every(isRight) ? { value: Object.freeze(value) } : { right }
    },
    show: (value) => (value.length === 0 ? emptyShown : value.join(', ')),
  }
}

export function integer(placeholder: string, min: number, max: number): Kind<number> {
  return scalar({
    placeholder,
    right: `a whole number from ${min} to ${max}`,
    read(text) {
      const value = /^\d{1,12}$/.test(text) ? Number(text) : -1
      return value >= min && value <= max ? value : undefined
    },
  })
}

export function duration(minMs: number, maxMs: number): Kind<number> {
  return scalar({
    placeholder: 'TIME',
    right: `a time from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as 30d, 12h, 5m or 10s`,
    read(text) {
      const ms = parseDuration(text)
      return ms !== null && ms >= minMs && ms <= maxMs ? ms : undefined
    },
    show: formatDuration,
  })
}

export function choice<Choice extends string>(placeholder: string, choices: readonly Choice[]): Kind<Choice> {
  return scalar({
    placeholder,
    right: `one of ${choices.join(', ')}`,
    read: (text) => choices.find((candidate) => candidate === text.toLowerCase()),
  })
}

const SWITCH: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
}

export const boolean: Kind<boolean> = scalar({
  placeholder: null,
  right: 'true or false',
  read: (text) => SWITCH[text.toLowerCase()],
})

export const path: Kind<string> = scalar({
  placeholder: 'DIR',
  right: 'a path',
  read: (text) => (text === '' || text.includes('\0') ? undefined : text),
})

export const host: Kind<string> = scalar({
  placeholder: 'HOST',
  right: 'a host name or an IP address without a zone, such as 127.0.0.1, 0.0.0.0 or ::',
  read(text) {
    const isHost = isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)
    // base_url's default is made of it, and a URL refuses what a socket would take, such as 300.1.1.1.
    return isHost && URL.canParse(`http://${hostInUrl(text)}`) ? text : undefined
  },
})

/** IPv6 needs brackets there. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** An http or https URL with nothing after its path; a slash at the end is dropped. */
export const baseUrl: Kind<string> = scalar({
  placeholder: 'URL',
  right: 'an http or https URL without query, fragment or user name, such as https://hooks.example.com',
  read(text) {
    if (!URL.canParse(text)) return undefined
    const url = new URL(text)
    const isPlain = url.search === '' && url.hash === '' && url.username === '' && url.password === ''
    return isPlain && /^https?:$/.test(url.protocol) ? url.href.replace(/\/+$/, '') : undefined
  },
})

const EMBEDDED = 'sqlite:, which is the embedded database in the data directory'

export const databaseUrl: Kind<string | null> = {
  ...scalar<string | null>({
    placeholder: 'URL',
    right: EMBEDDED,
    read: (text) => (text === 'sqlite:' ? text : undefined),
    show: (value) => value ?? 'sqlite:',
  }),
  // People will try these two, and deserve to hear why not.
  parse(raw) {
    if (raw === 'sqlite:') return { value: raw }
    const text = String(raw)
    if (/^postgres(ql)?:/.test(text))
      return { right: `${EMBEDDED}: this version has the embedded store only` }
    if (text.startsWith('sqlite:')) return { right: `${EMBEDDED}: choose its place with data_dir` }
    return { right: EMBEDDED }
  },
}

export const networks: Kind<readonly string[]> = list(
  'CIDR',
  'a list of networks, such as 10.1.0.0/16, 192.168.7.9/32 or fd00:1::/64',
  (entry) => {
    const [address = '', bits = '', ...rest] = entry.split('/')
    const bitsMax = isIPv4(address) ? 32 : 128
    return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax && rest.length === 0
  },
)

export const nameServers: Kind<readonly string[]> = list(
  'ADDRESS',
  'a list of IP addresses with an optional port, such as 1.1.1.1, 10.0.0.2:5353 or [2606:4700:4700::1111]:53',
  (entry) => {
    const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry)
    const address = match?.[1] ?? match?.[2] ?? entry
    return isIP(address) !== 0 && Number(match?.[3] ?? 53) <= 65_535
  },
  "the machine's own",
)

/** Never shown, nor quoted in a message. */
export const secretKey: Kind<string | null> = scalar<string | null>({
  placeholder: 'BASE64',
  right: 'base64 of exactly 32 bytes, as `openssl rand -base64 32` prints',
  read: (text) => (/^[A-Za-z0-9+/]{43}=$/.test(text) ? text : undefined),
  show: (value) => (value === null ? 'secret.key in the data directory' : 'set (not shown)'),
})

/** Never shown, nor quoted in a message: there may be a password in it. */
export const smtpUrl: Kind<string | null> = scalar<string | null>({
  placeholder: 'URL',
  right:
    'smtps://USER:PASSWORD@HOST:PORT, or the same with smtp:// for STARTTLS, or smtp://HOST:PORT?tls=off for a relay that takes no password; what is special in a URL is written with % in user and password',
  read: (text) => (readSmtpUrl(text) === null ? undefined : text),
  show: (value) => (value === null ? 'none' : 'set (not shown)'),
})

export const mailbox: Kind<string | null> = scalar<string | null>({
  placeholder: 'ADDRESS',
  right: 'an address such as alerts@example.com, or Alerts <alerts@example.com>',
  read: (text) => (readMailbox(text) === null ? undefined : text),
  show: (value) => value ?? 'none',
})

/** Never shown, nor quoted in a message. The server tells which keys are good; this keeps a header from breaking. */
export const apiKey: Kind<string> = scalar({
  placeholder: 'KEY',
  right: 'an API key, as `sealpost keys create` prints',
  read: (text) => (/^[\x21-\x7e]{1,200}$/.test(text) ? text : undefined),
  show: () => 'set (not shown)',
})

export const slug: Kind<string> = scalar({
  placeholder: 'SLUG',
  right: 'a slug: lower-case letters, digits and single hyphens between them, and not digits only',
  read: (text) => (isSlug(text) ? text : undefined),
})
