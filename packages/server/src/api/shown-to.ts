import { credentialsIn, MASK, maskUrls } from '../core/masked-urls.ts'
import { covers } from '../identity/scopes.ts'
import type { Caller } from './authenticate.ts'

/**
 * An answer as its caller may see it. A key that only reads is for dashboards and for people who look things up; with the
 * URLs of webhooks and pages it must not hand out the credentials that many of them hold. Every answer passes here,
 * whatever field the URL stands in: its own, a message that quotes it, a logged body.
 */
export function shownTo<Body>(caller: Caller | null, body: Body): Body {
  return caller === null || mayReadUrls(caller) ? body : (mapped(body, maskUrls) as Body)
}

/** Whether the caller may see URLs whole. */
export function mayReadUrls({ key }: Caller): boolean {
  return covers(key.scopes, 'write')
}

/**
 * `body` without the credentials of one URL, wherever they stand: receivers quote the path that they were asked for, and
 * redirect from it to another, and then nothing around it looks like a URL.
 */
export function withoutCredentialsOf<Body>(url: string, body: Body): Body {
  const credentials = credentialsIn(url)
    .filter(({ length }) => length >= CREDENTIAL_CHARACTERS_MIN)
    .sort((one, other) => other.length - one.length)
  const mask = (text: string): string =>
    credentials.reduce((rest, credential) => rest.replaceAll(credential, MASK), text)
  return credentials.length === 0 ? body : (mapped(body, mask) as Body)
}

/** Shorter ones are found in words that have nothing to do with them. */
const CREDENTIAL_CHARACTERS_MIN = 6

/** A number that JavaScript writes otherwise, kept as it was written; TypeScript's library does not know of it yet. */
const { isRawJSON } = JSON as unknown as { isRawJSON: (value: unknown) => boolean }

/** Names of members are kept as they are: they are ours, or a document's. */
function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((member) => mapped(member, change))
  if (typeof value !== 'object' || value === null || isRawJSON(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapped(member, change)]))
}
