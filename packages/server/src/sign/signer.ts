import {
  createHexSigner,
  createV1aSigner,
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
import { liveKeys, type SealedKeys, type Webhook } from '../core/webhook.ts'
import { loggedHeaderValue, loggedSignature } from './logged-headers.ts'
import { RESERVED_HEADERS } from './reserved-headers.ts'

export interface SignedHeaders {
  /** As they go on the wire, in this order. */
  headers: Record<string, string>
  /** The same for the log: signatures cut to their scheme, credentials among the static headers redacted. */
  logged: Record<string, string>
}

export interface Signer {
  /**
   * The headers of one attempt made at `nowMs`. During a rotation `webhook-signature` bears the signatures of both keys,
   * the new one's first, and the headers that hold one signature only stay with the old secret. Throws what `open` throws.
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

/** A secret, ready to sign. */
interface SecretSigner {
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

export function createSigner({ open, cacheMax, version }: SignerOptions): Signer {
  const secrets = createKeyCache<SecretSigner>(cacheMax, (secret) => ({
    v1: createV1Signer([secret]),
    hex: createHexSigner(secret),
  }))
  const privateKeys = createKeyCache(cacheMax, createV1aSigner)
  const userAgent = `Sealpost/${version}`

  function secretOf(webhook: Webhook, { sealedSecret }: SealedKeys): SecretSigner {
    return secrets(sealedSecret, () => open(webhook, sealedSecret))
  }

  function signaturesOf(
    event: Event,
    webhook: Webhook,
    keys: readonly SealedKeys[],
    timestamp: number,
  ): string {
    const { signatures } = webhook
    const found: string[] = []
    for (const key of keys) {
      if (signatures.includes('v1')) {
        found.push(secretOf(webhook, key).v1(event.id, timestamp, event.body))
      }
      const sealed = signatures.includes('v1a') ? key.signingKey?.sealedPrivateKey : undefined
      if (sealed !== undefined) {
        const sign = privateKeys(sealed, () => open(webhook, sealed))
        found.push(sign(event.id, timestamp, event.body))
      }
    }
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
      const logged = { ...headers, [WEBHOOK_SIGNATURE_HEADER]: loggedSignature(signature) }
      const legacy = LEGACY_HEADERS[dialect]
      if (legacy.length > 0) {
        const oldest = keys.at(-1) ?? webhook
        addLegacy(legacy, secretOf(webhook, oldest).hex(event.body), headers, logged)
      }
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
 * Keys by their sealed text: opening and deriving them costs more than signing, and a changed key is another sealed text,
 * so nothing goes stale. A Map keeps the order of insertion, which makes its first key the one unused longest.
 */
function createKeyCache<Key>(
  cacheMax: number,
  derive: (secret: string) => Key,
): (sealed: string, open: () => string) => Key {
  const cache = new Map<string, Key>()

  return (sealed, open) => {
    const cached = cache.get(sealed)
    if (cached !== undefined) {
      cache.delete(sealed)
      cache.set(sealed, cached)
      return cached
    }
    const key = derive(open())
    cache.set(sealed, key)
    if (cache.size > cacheMax) {
      const oldest = cache.keys().next()
      if (!oldest.done) cache.delete(oldest.value)
    }
    return key
  }
}
