import { SCHEMES } from '@sealpost/receiver'
import { maskUrls } from '../core/masked-urls.ts'

/** Fields whose value is a secret, a key or a signature, whatever it looks like. */
const SECRET_FIELDS = [
  'secret',
  'secrets',
  'sealedSecret',
  'sealed_secret',
  'secretKey',
  'secret_key',
  'key',
  'apiKey',
  'api_key',
  'password',
  'token',
  'cookie',
  'set-cookie',
  'authorization',
  'x-api-key',
  ...new Set(SCHEMES.map(({ header }) => header.toLowerCase())),
]

/** What such values look like where they stand in the middle of a sentence. */
const SECRET_FORMS = [
  'sk_live_[0-9A-Za-z]+',
  'whsec_[0-9A-Za-z+/=]+',
  'whsk_[0-9A-Za-z+/=]+',
  ...new Set(SCHEMES.map(({ signatureForm }) => signatureForm)),
]

const STRING = String.raw`"(?:[^"\\]|\\.)*"`
const FIELD = `("(?:${SECRET_FIELDS.join('|')})":)(?:${STRING}|\\[(?:${STRING},?)*\\])`
const SECRET = new RegExp(`${FIELD}|${SECRET_FORMS.join('|')}`, 'gi')

/**
 * A line of JSON without its secrets, at any depth. Works on the finished line because that is both safer and cheaper:
 * pino's own redaction knows fixed paths only, and took 70 µs a line for three levels of them against 0.2 µs here.
 */
export function redactLine(line: string): string {
  const redacted = line.replace(SECRET, (_match, field: string | undefined) =>
    field ? `${field}"[redacted]"` : '[redacted]',
  )
  return maskLine(redacted)
}

const URL_FIELD = '"url":"'
/** URLs of webhooks come again and again, and masking one takes as long as writing the rest of its line. */
const maskedUrls = new Map<string, string>()
const MASKED_URLS_MAX = 1_000

/** Masks the line's own `url` by itself, so that lines which have no other URL are not searched for one. */
function maskLine(line: string): string {
  const start = line.indexOf(URL_FIELD) + URL_FIELD.length
  const end = start < URL_FIELD.length ? -1 : line.indexOf('"', start)
  const url = line.slice(start, end)
  if (end === -1 || url.includes('\\')) return maskUrls(line)
  return maskUrls(line.slice(0, start)) + maskedUrl(url) + maskUrls(line.slice(end))
}

function maskedUrl(url: string): string {
  const known = maskedUrls.get(url)
  if (known !== undefined) return known
  const masked = maskUrls(url)
  if (maskedUrls.size >= MASKED_URLS_MAX) maskedUrls.clear()
  maskedUrls.set(url, masked)
  return masked
}
