import { createFairBound } from './fair-bound.ts'

/**
 * TLS sessions for a cheaper next handshake. They are kept for one organization and one origin, from which the server
 * name follows: a session proves who the server was when it was made, and that must not be lent to anybody else.
 */
export interface TlsSessions {
  /** The newest one; null when there is none. */
  get(organizationId: number, origin: string): Buffer | null
  set(organizationId: number, origin: string, session: Buffer): void
}

export function createTlsSessions(sessionsMax: number): TlsSessions {
  const sessions = new Map<string, Buffer>()
  const bound = createFairBound<string>(sessionsMax, (key) => sessions.delete(key))
  const keyOf = (organizationId: number, origin: string): string => `${organizationId} ${origin}`

  return {
    get: (organizationId, origin) => sessions.get(keyOf(organizationId, origin)) ?? null,
    set(organizationId, origin, session) {
      const key = keyOf(organizationId, origin)
      sessions.set(key, session)
      // As the newest of its organization.
      bound.remove(organizationId, key)
      bound.add(organizationId, key)
    },
  }
}
