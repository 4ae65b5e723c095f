import {
  createHexSigner,
  createV1Signer,
  SVS_SIGNATURE_HEADER,
  VALIDIBOT_SIGNATURE_HEADER,
  WEBHOOK_ID_HEADER,
  WEBHOOK_SIGNATURE_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
} from '@sealpost/receiver'
import type { Dialect } from '../catalogue/dialect.ts'
import type { Event } from '../core/event.ts'
import { SECOND_MS } from '../core/time.ts'
import type { Webhook } from '../core/webhook.ts'
import { loggedHeaderValue, loggedSignature } from './logged-headers.ts'
import { RESERVED_HEADERS } from './reserved-headers.ts'

export interface SignedHeaders {
  /** As they go on the wire, in this order. */
  headers: Record<string, string>
  /** The same for the log: signatures cut to their scheme, credentials among the static headers redacted. */
  logged: Record<string, string>
}

export interface Signer {
  /** The headers of one attempt made at `nowMs`. Throws what `openSecret` throws. */
  sign: (event: Event, dialect: Dialect, webhook: Webhook, nowMs: number) => SignedHeaders
}

export interface SignerOptions {
  /** Opens a webhook's sealed secret. */
  openSecret: (webhook: Webhook) => string
  /** Webhooks whose derived keys are kept; the one unused longest goes first. */
  cacheMax: number
  /** Ours, for `user-agent`. */
  version: string
}

interface Keys {
  v1: ReturnType<typeof createV1Signer>
  hex: ReturnType<typeof createHexSigner>
}

/** Headers that bear the legacy signature, by dialect. */
const LEGACY_HEADERS: Record<Dialect, readonly string[]> = {
  validibot: [VALIDIBOT_SIGNATURE_HEADER],
  validgraph: [SVS_SIGNATURE_HEADER],
  both: [VALIDIBOT_SIGNATURE_HEADER, SVS_SIGNATURE_HEADER],
  standard: [],
}

export function createSigner({ openSecret, cacheMax, version }: SignerOptions): Signer {
  const keysOf = createKeyCache(openSecret, cacheMax)
  const userAgent = `Sealpost/${version}`

  return {
    sign(event, dialect, webhook, nowMs) {
      const keys = keysOf(webhook)
      const timestamp = Math.floor(nowMs / SECOND_MS)
      const signature = keys.v1(event.id, timestamp, event.body)
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'user-agent': userAgent,
        'accept-encoding': 'identity',
        [WEBHOOK_ID_HEADER]: event.id,
        [WEBHOOK_TIMESTAMP_HEADER]: String(timestamp),
        [WEBHOOK_SIGNATURE_HEADER]: signature,
      }
      const logged = { ...headers, [WEBHOOK_SIGNATURE_HEADER]: loggedSignature(signature) }
      const legacy = LEGACY_HEADERS[dialect]
      if (legacy.length > 0) addLegacy(legacy, keys.hex(event.body), headers, logged)
      addStatic(webhook.headers, headers, logged)
      return { headers, logged }
    },
  }
}

function addLegacy(
  names: readonly string[],
  signature: string,
  headers: Record<string, string>,
  logged: Record<string, string>,
): void {
  for (const name of names) {
    headers[name] = signature
    logged[name] = loggedSignature(signature)
  }
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
 * Keys by sealed secret: opening and deriving them costs more than signing, and a changed secret is another sealed text,
 * so nothing goes stale. A Map keeps the order of insertion, which makes its first key the one unused longest.
 */
function createKeyCache(
  openSecret: (webhook: Webhook) => string,
  cacheMax: number,
): (webhook: Webhook) => Keys {
  const cache = new Map<string, Keys>()

  return (webhook) => {
    const cached = cache.get(webhook.sealedSecret)
    if (cached !== undefined) {
      cache.delete(webhook.sealedSecret)
      cache.set(webhook.sealedSecret, cached)
      return cached
    }
    const secret = openSecret(webhook)
    const keys: Keys = { v1: createV1Signer([secret]), hex: createHexSigner(secret) }
    cache.set(webhook.sealedSecret, keys)
    if (cache.size > cacheMax) {
      const oldest = cache.keys().next()
      if (!oldest.done) cache.delete(oldest.value)
    }
    return keys
  }
}
