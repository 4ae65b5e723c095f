import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** The row a secret belongs to. It is authenticated with the secret, so that a sealed text moved to another row does not open. */
export interface SecretContext {
  organizationId: number
  webhookId: string
}

/** Encrypts signing secrets for the store. */
export interface SecretBox {
  /** `v1.<key id>.<iv>.<ciphertext and tag>`, the parts in base64url. Never the same twice. */
  seal(context: SecretContext, secret: string): string
  /** Throws an Error when the text was sealed with another key, for another row, or was altered. It never quotes the text. */
  open(context: SecretContext, sealed: string): string
}

export const SECRET_KEY_BYTES = 32

const VERSION = 'v1'
const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D, section 8.2: 96 bits, and random ones are safe for 2^32 seals under one key. */
const IV_BYTES = 12
const TAG_BYTES = 16

/** `key` is `SECRET_KEY_BYTES` long; anything else throws a RangeError. */
export function createSecretBox(key: Buffer): SecretBox {
  if (key.length !== SECRET_KEY_BYTES) {
    throw new RangeError(`A secret key has ${SECRET_KEY_BYTES} bytes; this one has ${key.length}.`)
  }
  const keyId = keyIdOf(key)

  return {
    seal(context, secret) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
      cipher.setAAD(authenticated(context))
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [VERSION, keyId, iv.toString('base64url'), sealed.toString('base64url')].join('.')
    },

    open(context, sealed) {
      const parts = parse(sealed)
      if (parts.keyId !== keyId) {
        throw new Error(
          `A secret was sealed with key ${parts.keyId}, but the key in use is ${keyId}: the data directory's secret.key does not fit this store.`,
        )
      }
      try {
        const decipher = createDecipheriv(CIPHER, key, parts.iv, { authTagLength: TAG_BYTES })
        decipher.setAAD(authenticated(context))
        decipher.setAuthTag(parts.tag)
        return decipher.update(parts.ciphertext, undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw new Error(
          `The sealed secret of ${context.webhookId} was altered or belongs to another webhook.`,
          {
            cause,
          },
        )
      }
    },
  }
}

/** Names a key without telling anything of it: the first 32 bits of its SHA-256. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8)
}

/** The `keyIdOf` the key that a secret was sealed with. Throws an Error when the text is none. */
export function keyIdOfSealed(sealed: string): string {
  return parse(sealed).keyId
}

function authenticated({ organizationId, webhookId }: SecretContext): Buffer {
  return Buffer.from(`${organizationId}/${webhookId}`)
}

function parse(sealed: string): { keyId: string; iv: Buffer; ciphertext: Buffer; tag: Buffer } {
  const [version, keyId, ivText, sealedText, ...rest] = sealed.split('.')
  const iv = Buffer.from(ivText ?? '', 'base64url')
  const bytes = Buffer.from(sealedText ?? '', 'base64url')
  if (
    version !== VERSION ||
    !keyId ||
    iv.length !== IV_BYTES ||
    bytes.length < TAG_BYTES ||
    rest.length > 0
  ) {
    throw new Error('This is not a sealed secret.')
  }
  const end = bytes.length - TAG_BYTES
  return { keyId, iv, ciphertext: bytes.subarray(0, end), tag: bytes.subarray(end) }
}
