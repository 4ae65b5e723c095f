import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { ApiKey, Organization, Scope } from '../core/organization.ts'
import { hashKey, wellFormed } from '../identity/api-key.ts'
import { covers } from '../identity/scopes.ts'
import type { Store } from '../store/store.ts'

/** Who asks: a key, and the organization it names. */
export interface Caller {
  organization: Organization
  key: ApiKey
}

/** The scopes any one of which opens an operation; an empty list opens it to everybody. */
export type Access = readonly Scope[]

const HOW = 'Send it in the header X-API-Key, or as Authorization: Bearer sk_live_….'

/** Finds who asks by the request's headers. Throws `unauthorized`. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller>

export function createAuthenticate(
  store: Pick<Store, 'keys'>,
  clock: Clock,
  logger: FastifyBaseLogger,
): Authenticate {
  async function touch({ id, lastUsedAt }: ApiKey, now: number): Promise<void> {
    if (lastUsedAt !== null && now - lastUsedAt < LIMITS.keyTouchMs) return
    try {
      await store.keys.touch(id, now)
    } catch (error) {
      // A full disk must not lock the operator out of what may help to mend it.
      logger.warn({ err: error, key_id: id }, 'could not record when a key was last used')
    }
  }

  return async (headers) => {
    const key = keyIn(headers)
    if (hasTwoKeys(headers)) {
      throw new Problem(
        'unauthorized',
        'The headers X-API-Key and Authorization hold two different API keys. Send only one of them.',
      )
    }
    if (key === null) throw new Problem('unauthorized', `This needs an API key. ${HOW}`)
    if (!wellFormed(key)) {
      throw new Problem(
        'unauthorized',
        `The API key is mistyped or cut off: its checksum does not match. ${HOW}`,
      )
    }
    const found = await store.keys.byHash(hashKey(key))
    if (found === null) throw new Problem('unauthorized', 'This server does not know the API key.')
    const now = clock.now()
    if (found.key.revokedAt !== null) throw new Problem('unauthorized', 'The API key was revoked.')
    if (found.key.expiresAt !== null && found.key.expiresAt <= now) {
      throw new Problem('unauthorized', 'The API key has expired.')
    }
    await touch(found.key, now)
    return found
  }
}

/** Throws `insufficient_scope` unless one of the key's scopes opens what asks for any of `access`. */
export function requireAccess({ key }: Caller, access: Access): void {
  if (access.some((scope) => covers(key.scopes, scope))) return
  throw new Problem(
    'insufficient_scope',
    `This needs a key with the scope ${access.join(' or ')}; this one has ${key.scopes.join(', ') || 'none'}.`,
  )
}

/** RFC 6750, section 3: whoever was refused is told which scheme would do. */
export function challenge(headers: IncomingHttpHeaders): string {
  const realm = 'Bearer realm="sealpost"'
  return keyIn(headers) === null ? realm : `${realm}, error="invalid_token"`
}

function keyIn(headers: IncomingHttpHeaders): string | null {
  return plainKeyIn(headers) ?? bearerKeyIn(headers)
}

/** Nobody can tell which of two was meant. */
function hasTwoKeys(headers: IncomingHttpHeaders): boolean {
  const plain = plainKeyIn(headers)
  const bearer = bearerKeyIn(headers)
  return plain !== null && bearer !== null && plain !== bearer
}

function plainKeyIn(headers: IncomingHttpHeaders): string | null {
  const plain = headers['x-api-key']
  return typeof plain === 'string' && plain !== '' ? plain.trim() : null
}

function bearerKeyIn({ authorization = '' }: IncomingHttpHeaders): string | null {
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? null
}
