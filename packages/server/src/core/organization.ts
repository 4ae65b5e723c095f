export const TIERS = ['free', 'pro', 'agency', 'enterprise'] as const
export type Tier = (typeof TIERS)[number]

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
