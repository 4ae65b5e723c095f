import type { Scope } from '../core/organization.ts'

/** What each scope opens. `operator` stands apart: it makes organizations and sees none of what they hold. */
const OPENS: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read'],
  write: ['read', 'write'],
  admin: ['read', 'write', 'admin'],
  operator: ['operator'],
}

/** Does a key with the scopes `held` have what `needed` asks for? */
export function covers(held: readonly Scope[], needed: Scope): boolean {
  return held.some((scope) => OPENS[scope].includes(needed))
}
