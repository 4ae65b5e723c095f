import {
  SCHEMES,
  WEBHOOK_ID_HEADER,
  WEBHOOK_SIGNATURE_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
  type Scheme,
  type SchemeName,
  type Sign,
} from '@sealpost/receiver'
import { NotPrepared } from '../core/attempt.ts'
import type { Dialect } from '../catalogue/dialect.ts'
import type { Event } from '../core/event.ts'
import { SECOND_MS } from '../core/time.ts'
import { liveKeys, type SealedKeys, type Webhook } from '../core/webhook.ts'
import { loggedHeaderValue, loggedSignature } from './logged-headers.ts'
import { RESERVED_HEADERS } from './reserved-headers.ts'
import { LEGACY_SCHEMES, STANDARD_NAMES, STANDARD_SCHEMES } from './schemes.ts'

export interface SignedHeaders {
  /** As they go on the wire, in this order. */
  headers: Record<string, string>
  /** The same for the log: signatures cut to their scheme, credentials among the static headers redacted. */
  logged: Record<string, string>
}

export interface Signer {
  /**
   * The headers of one attempt made at `nowMs`. During a rotation `webhook-signature` bears the signatures of both keys,
   * the new one's first, and the headers that hold one signature only stay with the old secret. Throws what `open` throws,
   * and `NotPrepared` when the webhook asks for a scheme that is not known here, or that it has no key for: a request that
   * its receiver cannot verify is worse than none.
   */
  sign: (event: Event, dialect: Dialect, webhook: Webhook, nowMs: number) => SignedHeaders
}

export interface SignerOptions {
  /** Opens what the secret box sealed for this webhook. */
  open: (webhook: Webhook, sealed: string) => string
  /** Keys that are kept derived; the one unused longest goes first. */
  cacheMax: number
  /** Ours, for `user-agent`. */
  version: string
}

/** What signs with one key, by scheme. */
type Signers = Readonly<Partial<Record<SchemeName, Sign>>>

export function createSigner({ open, cacheMax, version }: SignerOptions): Signer {
  const cacheOf = (kind: Scheme['keyKind']) =>
    createKeyCache(cacheMax, (webhook, sealed) => signersWith(kind, open(webhook, sealed)))
  const caches = { secret: cacheOf('secret'), publicKey: cacheOf('publicKey') }
  const userAgent = `Sealpost/${version}`

  /** Null when this set of keys has none for the scheme. */
  function signerOf(webhook: Webhook, keys: SealedKeys, { name, keyKind }: Scheme): Sign | null {
    const sealed = keyKind === 'secret' ? keys.sealedSecret : keys.signingKey?.sealedPrivateKey
    if (sealed === undefined) return null
    return caches[keyKind](webhook, sealed)[name] ?? null
  }

  function signaturesOf(
    event: Event,
    webhook: Webhook,
    keys: readonly SealedKeys[],
    timestamp: number,
  ): string {
    const { signatures } = webhook
    for (const name of signatures) if (!isKnown(name)) throw unknownScheme(name)
    const found: string[] = []
    for (const key of keys) {
      for (const scheme of STANDARD_SCHEMES) {
        if (!signatures.includes(scheme.name)) continue
        const sign = signerOf(webhook, key, scheme)
        if (sign !== null) found.push(sign(event.id, timestamp, event.body))
        // What was rotated out may be older than the wish for this scheme; what is in force may not.
        else if (key === webhook) throw keyMissing(scheme.name)
      }
    }
    if (found.length === 0)
      throw new NotPrepared('This webhook names no signature scheme. Set its `signatures`.')
    return found.join(' ')
  }

  return {
    sign(event, dialect, webhook, nowMs) {
      const keys = liveKeys(webhook, nowMs)
      const timestamp = Math.floor(nowMs / SECOND_MS)
      const signature = signaturesOf(event, webhook, keys, timestamp)
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'user-agent': userAgent,
        'accept-encoding': 'identity',
        [WEBHOOK_ID_HEADER]: event.id,
        [WEBHOOK_TIMESTAMP_HEADER]: String(timestamp),
        [WEBHOOK_SIGNATURE_HEADER]: signature,
      }
      const logged: Record<string, string> = {
        ...headers,
        [WEBHOOK_SIGNATURE_HEADER]: loggedSignature(signature),
      }
      for (const scheme of LEGACY_SCHEMES[dialect]) {
        const sign = signerOf(webhook, keys.at(-1) ?? webhook, scheme)
        if (sign === null) throw keyMissing(scheme.name)
        const legacy = sign(event.id, timestamp, event.body)
        headers[scheme.header] = legacy
        logged[scheme.header] = loggedSignature(legacy)
      }
      addStatic(webhook.headers, headers, logged)
      return { headers, logged }
    },
  }
}

function isKnown(name: string): boolean {
  return (STANDARD_NAMES as readonly string[]).includes(name)
}

function unknownScheme(name: string): NotPrepared {
  return new NotPrepared(
    `This webhook asks for the signature scheme ${name}, which this version of the server does not know: it knows ` +
      `${STANDARD_NAMES.join(', ')}. Change \`signatures\`, or run the version that made the webhook.`,
  )
}

function keyMissing(name: string): NotPrepared {
  return new NotPrepared(
    `This webhook asks for the signature scheme ${name} and has no key for it. Set \`signatures\` again: that makes one.`,
  )
}

/** What signs with this key: schemes that sign alike share it. */
function signersWith(kind: Scheme['keyKind'], key: string): Signers {
  const made = new Map<Scheme['createSigner'], Sign>()
  const signers: Partial<Record<SchemeName, Sign>> = {}
  for (const { name, keyKind, createSigner: create } of SCHEMES) {
    if (keyKind !== kind) continue
    const sign = made.get(create) ?? create(key)
    made.set(create, sign)
    signers[name] = sign
  }
  return signers
}

/** The API refuses reserved names; a row written by any other way must not override ours either. */
function addStatic(
  extra: Record<string, string>,
  headers: Record<string, string>,
  logged: Record<string, string>,
): void {
  for (const name in extra) {
    const value = extra[name]
    if (value === undefined || RESERVED_HEADERS.has(name.toLowerCase())) continue
    headers[name] = value
    logged[name] = loggedHeaderValue(name, value)
  }
}

/**
 * Keys by their sealed text: opening and deriving them costs more than signing, and a changed key is another sealed text,
 * so nothing goes stale. A Map keeps the order of insertion, which makes its first key the one unused longest.
 */
function createKeyCache(
  cacheMax: number,
  derive: (webhook: Webhook, sealed: string) => Signers,
): (webhook: Webhook, sealed: string) => Signers {
  const cache = new Map<string, Signers>()

  return (webhook, sealed) => {
    const cached = cache.get(sealed)
    if (cached !== undefined) {
      cache.delete(sealed)
      cache.set(sealed, cached)
      return cached
    }
    const key = derive(webhook, sealed)
    cache.set(sealed, key)
    if (cache.size > cacheMax) {
      const oldest = cache.keys().next()
      if (!oldest.done) cache.delete(oldest.value)
    }
    return key
  }
}
