import { fieldProblem, Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { ScheduleKind } from '../core/monitor.ts'
import { TIERS, type Organization, type Tier } from '../core/organization.ts'

/** What an organization may have or lack. */
export type Feature =
  'webhooks' | 'api_keys' | 'alert_rules' | 'audit_trail' | 'channels' | `${ScheduleKind}_monitors`

interface TierTerms {
  features: readonly Feature[]
  /** Requests that one API key may make in a minute; null leaves it to the server's `rate_limit`. */
  requestsPerMinute: number | null
  monitorsMax: number
}

/** The one table of tiers. A self-hosted organization is `enterprise` unless it was made otherwise. */
const TERMS: Readonly<Record<Tier, TierTerms>> = {
  free: { features: ['weekly_monitors'], requestsPerMinute: 60, monitorsMax: 1 },
  pro: {
    features: ['channels', 'weekly_monitors', 'daily_monitors'],
    requestsPerMinute: 600,
    monitorsMax: 20,
  },
  agency: {
    features: ['channels', 'weekly_monitors', 'daily_monitors', 'hourly_monitors'],
    requestsPerMinute: 3_000,
    monitorsMax: 200,
  },
  enterprise: {
    features: [
      'webhooks',
      'api_keys',
      'alert_rules',
      'audit_trail',
      'channels',
      'weekly_monitors',
      'daily_monitors',
      'hourly_monitors',
      'cron_monitors',
    ],
    requestsPerMinute: null,
    monitorsMax: LIMITS.monitorsMax,
  },
}

const NAMES: Readonly<Record<Feature, string>> = {
  webhooks: 'Webhooks are',
  api_keys: 'Managing API keys is',
  alert_rules: 'Alert rules are',
  audit_trail: 'The audit trail is',
  channels: 'Channels are',
  weekly_monitors: 'Weekly monitors are',
  daily_monitors: 'Daily monitors are',
  hourly_monitors: 'Hourly monitors are',
  cron_monitors: 'Monitors with a cron expression are',
}

export function hasFeature(tier: Tier, feature: Feature): boolean {
  return TERMS[tier].features.includes(feature)
}

/** Throws `tier_required` when the organization's tier lacks what is wanted; of several features, one is enough. */
export function requireFeature(
  { slug, tier }: Pick<Organization, 'slug' | 'tier'>,
  wanted: Feature | readonly Feature[],
): void {
  const features = typeof wanted === 'string' ? [wanted] : wanted
  if (features.some((feature) => hasFeature(tier, feature))) return
  const offers = features.map((feature) => {
    const offering = TIERS.filter((candidate) => hasFeature(candidate, feature)).join(', ')
    return `${NAMES[feature]} part of the tier ${offering}`
  })
  throw new Problem('tier_required', `${offers.join('. ')}; the organization ${slug} is on ${tier}.`)
}

/** Requests a minute for one key of this tier, never more than the server allows anybody. */
export function requestsPerMinute(tier: Tier, serverMax: number): number {
  return Math.min(TERMS[tier].requestsPerMinute ?? serverMax, serverMax)
}

/** Throws when an organization that has `count` monitors may have no more: `tier_required` where another tier may. */
export function requireMonitorPlace(
  { slug, tier }: Pick<Organization, 'slug' | 'tier'>,
  count: number,
): void {
  const { monitorsMax } = TERMS[tier]
  if (count < monitorsMax) return
  const offering = TIERS.filter((candidate) => TERMS[candidate].monitorsMax > count)
  if (offering.length === 0) {
    throw fieldProblem(
      'invalid_request',
      'url',
      `An organization can have ${monitorsMax} monitors. Delete one that is not needed.`,
    )
  }
  throw new Problem(
    'tier_required',
    `The tier ${tier} has room for ${monitorsMax} monitors, and the organization ${slug} has ${count}. More are part of the tier ${offering.join(', ')}.`,
  )
}
