import { namesCredential } from './credential-names.ts'

/**
 * URLs without the credentials in them. Whoever learns the URL of an incoming webhook of Slack can write there, and many receivers take a
 * token in the query: such a URL is a password that looks like an address.
 *
 * Hidden are user and password, the values of parameters that are named like a credential, and the parts of a path that are
 * one: behind the known hosts of incoming webhooks, behind a segment that says so (`/token/…`, `/hooks/…`), and whatever
 * looks drawn by lot. Masking what is masked changes nothing.
 */

export const MASK = '…'

/** A slash, also as some programs write it in JSON. */
const SLASH = String.raw`\\?/`
const FIRST_SLASH = new RegExp(SLASH)
const SLASHES = new RegExp(`(${SLASH})`)
/** Ends where a URL would in a sentence, in quotes, in JSON or in HTML. */
const ABSOLUTE = new RegExp(
  String.raw`\b([a-z][a-z0-9+.-]{1,15}:${SLASH}${SLASH})((?:\\/|[^\s"'<>\\\u0060])+)`,
  'gi',
)
/** A path without a host, as receivers echo it and redirect to it. */
const PATH = new RegExp(String.raw`(^|[\s"'(=,])(${SLASH}[\w.~%@:+-](?:\\/|[^\s"'<>\\?#])*)`, 'g')
/** `name=value` behind what begins it; `&` may be written as `&amp;` or `\u0026`. */
const PARAMETER = /((?:[?&#;]|\\u0026)([^\s"'<>\\&=?#;/:]{1,100})=)([^\s"'<>\\&#;]+)/gi

/** Every URL in `text`, every path that stands by itself, and every query, without credentials. */
export function maskUrls(text: string): string {
  // Most texts have none, and every line of the log passes here.
  if (!text.includes('/') && !text.includes('=')) return text
  return text
    .replace(ABSOLUTE, (_all, scheme: string, rest: string) => scheme + maskRest(rest))
    .replace(PATH, (_all, before: string, path: string) => before + maskPath(path, ''))
    .replace(PARAMETER, maskParameter)
}

function maskParameter(_all: string, start: string, name: string, value: string): string {
  return start + (isCredential(name, value) ? MASK : maskNested(value))
}

/** What `maskUrls` hides of one URL, as it is written there and as it reads without percent signs. */
export function credentialsIn(url: string): string[] {
  const shown = new Set(partsOf(maskUrls(url)))
  const hidden = partsOf(url).filter((part) => !shown.has(part))
  return [...new Set(hidden.flatMap((part) => [part, decoded(part)]))]
}

function partsOf(url: string): string[] {
  return url.split(/[/?&#=@:;]+/).filter((part) => part !== '')
}

/** What follows `https://`, up to the query. */
function maskRest(rest: string): string {
  const [head, tail] = splitBefore(rest, /[?#]/)
  const [authority, path] = splitBefore(head, FIRST_SLASH)
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const user = authority.includes('@') ? `${MASK}@` : ''
  return user + host + maskPath(path, host.replace(/:\d+$/, '').toLowerCase()) + tail
}

function splitBefore(text: string, pattern: RegExp): [string, string] {
  const at = text.search(pattern)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

/** Hosts whose paths are credentials, and how many segments of them say nothing secret. */
const SECRET_PATHS: readonly { host: RegExp; shown: number; begins?: RegExp }[] = [
  { host: /^hooks\.slack(?:-gov)?\.com$/, shown: 1 },
  {
    host: /^(?:[a-z]+\.)?discord(?:app)?\.com$/,
    shown: 3,
    begins: /^api\/(?:v\d+\/webhooks|webhooks\/\d+)\//,
  },
  { host: /^(?:[a-z0-9-]+\.)*webhook\.office(?:365)?\.(?:com|us)$/, shown: 1 },
  { host: /^outlook\.office(?:365)?\.com$/, shown: 1, begins: /^webhook/ },
  { host: /^hooks\.zapier\.com$/, shown: 2 },
  { host: /^hook\.(?:[a-z0-9]+\.)?(?:make|integromat)\.com$/, shown: 0 },
  { host: /^api\.telegram\.org$/, shown: 0 },
  { host: /^webhook\.site$/, shown: 0 },
]

/** Segments behind which there is a credential. */
const NAMES_CREDENTIAL = /^(?:key|token|secret|apikey|api-key|auth|password|signature|sig)$/i
/** Segments behind which there often is one: `/hooks/4d5e…`, `/webhook/<uuid>`. */
const NAMES_HOOK = /^(?:(?:incoming-?)?(?:web)?hooks?|webhookb2|catch|triggers?|incoming)$/i
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function maskPath(path: string, host: string): string {
  const known = SECRET_PATHS.find(
    ({ host: pattern, begins }) => pattern.test(host) && (begins?.test(path.slice(1)) ?? true),
  )
  let index = 0
  let previous = ''
  let isBehindHook = false
  return path
    .split(SLASHES)
    .map((piece) => {
      if (piece === '' || SLASHES.test(piece)) return piece
      const isSecret =
        known === undefined ? isSecretSegment(piece, previous, isBehindHook) : index >= known.shown
      index += 1
      previous = piece
      isBehindHook ||= NAMES_HOOK.test(piece)
      return isSecret ? MASK : piece
    })
    .join('')
}

function isSecretSegment(segment: string, previous: string, isBehindHook: boolean): boolean {
  if (NAMES_CREDENTIAL.test(previous) || isRandom(segment)) return true
  return isBehindHook && (UUID.test(segment) || segment.split(RUN_ENDS).some((run) => isMixed(run, 10)))
}

/** What separates words; something drawn by lot has long runs without it. */
const RUN_ENDS = /[^a-z0-9]+/i

/** Nobody writes this by hand: 32 hexadecimal digits, or 16 characters of all three kinds in one. */
function isRandom(segment: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(segment)) return isMixed(segment, 32)
  return segment.split(RUN_ENDS).some((run) => isMixed(run, 16) && /[a-z]/.test(run) && /[A-Z]/.test(run))
}

function isMixed(run: string, charactersMin: number): boolean {
  return run.length >= charactersMin && /\d/.test(run) && /[a-z]/i.test(run)
}

/** Names of parameters beside those of headers. `code` is the key of an Azure function; `sig` of a Logic App. */
const PARAMETER_NAMES = /^(?:code|sig|sas|hmac|pass|pw|pin|otp|sid|credential|api-?key|access-?key)$/i
const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/

function isCredential(name: string, value: string): boolean {
  // `verifyToken` and `user[password]` are names like `verify-token`.
  const plain = decoded(name)
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replace(/[^a-z0-9_-]+/gi, '-')
    .replace(/^-+|-+$/g, '')
  return namesCredential(plain) || PARAMETER_NAMES.test(plain) || JWT.test(value)
}

/** Longer than any URL that is taken here. */
const NESTED_CHARACTERS_MAX = 4_096

/** A parameter may be a URL itself, in percent signs. */
function maskNested(value: string): string {
  if (value.length > NESTED_CHARACTERS_MAX || !/%3a%2f%2f/i.test(value)) return value
  const inner = decoded(value)
  const masked = maskUrls(inner)
  return masked === inner ? value : encodeURIComponent(masked).replaceAll(encodeURIComponent(MASK), MASK)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
