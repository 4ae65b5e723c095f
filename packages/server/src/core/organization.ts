export const TIERS = ['free', 'pro', 'agency', 'enterprise'] as const
export type Tier = (typeof TIERS)[number]

/** The rule for slugs and the one for names, for whoever takes them: the API's schemas and the command line. */
export const SLUG = {
  charactersMax: 64,
  /** Not digits only: a workflow's path segment may be its id or its slug. */
  pattern: /^(?!\d+$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
} as const
export const NAME = {
  charactersMax: 200,
  /** No control characters, C0 or C1: a terminal may obey them. */
  // eslint-disable-next-line no-control-regex -- control characters are what it refuses
  pattern: /^[^\x00-\x1f\x7f-\x9f]*$/,
} as const

export function isSlug(text: string): boolean {
  return text.length <= SLUG.charactersMax && SLUG.pattern.test(text)
}

/** Of a text whose white space at the ends is gone. */
export function isName(text: string): boolean {
  return text.length >= 1 && text.length <= NAME.charactersMax && NAME.pattern.test(text)
}

/** A tenant. Nothing crosses it. */
export interface Organization {
  id: number
  slug: string
  name: string
  tier: Tier
  createdAt: number
}

/** Groups workflows (and later watched pages). Every organization has one with `isDefault`. */
export interface Project {
  /** `proj_…` */
  id: string
  organizationId: number
  name: string
  isDefault: boolean
  createdAt: number
}

export const SCOPES = ['read', 'write', 'admin', 'operator'] as const
/** read ⊂ write ⊂ admin, inside one organization. `operator` makes organizations and opens none of them. */
export type Scope = (typeof SCOPES)[number]

export interface ApiKey {
  id: string
  organizationId: number
  name: string
  scopes: Scope[]
  /** SHA-256 of the whole key, in hex; the key itself is never stored. */
  hash: string
  /** The key's first characters, enough for a person to tell keys apart. */
  hint: string
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
  lastUsedAt: number | null
}
