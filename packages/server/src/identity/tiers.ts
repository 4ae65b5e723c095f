import { Problem } from '../core/errors.ts'
import { TIERS, type Organization, type Tier } from '../core/organization.ts'

/** What an organization may have or lack. */
export type Feature = 'webhooks' | 'api_keys' | 'alert_rules' | 'audit_trail'

interface TierTerms {
  features: readonly Feature[]
  /** Requests that one API key may make in a minute; null leaves it to the server's `rate_limit`. */
  requestsPerMinute: number | null
}

/** The one table of tiers. A self-hosted organization is `enterprise` unless it was made otherwise. */
const TERMS: Readonly<Record<Tier, TierTerms>> = {
  free: { features: [], requestsPerMinute: 60 },
  pro: { features: [], requestsPerMinute: 600 },
  agency: { features: [], requestsPerMinute: 3_000 },
  enterprise: {
    features: ['webhooks', 'api_keys', 'alert_rules', 'audit_trail'],
    requestsPerMinute: null,
  },
}

const NAMES: Readonly<Record<Feature, string>> = {
  webhooks: 'Webhooks are',
  api_keys: 'Managing API keys is',
  alert_rules: 'Alert rules are',
  audit_trail: 'The audit trail is',
}

export function hasFeature(tier: Tier, feature: Feature): boolean {
  return TERMS[tier].features.includes(feature)
}

/** Throws `tier_required` when the organization's tier lacks `feature`. */
export function requireFeature({ slug, tier }: Pick<Organization, 'slug' | 'tier'>, feature: Feature): void {
  if (hasFeature(tier, feature)) return
  const offering = TIERS.filter((candidate) => hasFeature(candidate, feature)).join(', ')
  throw new Problem(
    'tier_required',
    `${NAMES[feature]} part of the tier ${offering}; the organization ${slug} is on ${tier}.`,
  )
}

/** Requests a minute for one key of this tier, never more than the server allows anybody. */
export function requestsPerMinute(tier: Tier, serverMax: number): number {
  return Math.min(TERMS[tier].requestsPerMinute ?? serverMax, serverMax)
}
