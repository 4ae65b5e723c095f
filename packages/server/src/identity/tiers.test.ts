import { describe, expect, it } from 'vitest'
import { hasFeature, requestsPerMinute, requireFeature } from './tiers.ts'

describe('a tier', () => {
  it.each(['webhooks', 'api_keys', 'alert_rules', 'audit_trail'] as const)(
    'sells %s to enterprise only',
    (feature) => {
      expect(hasFeature('enterprise', feature)).toBe(true)
      expect(hasFeature('agency', feature)).toBe(false)
      expect(() => requireFeature({ slug: 'acme', tier: 'enterprise' }, feature)).not.toThrow()
      expect(() => requireFeature({ slug: 'acme', tier: 'free' }, feature)).toThrow(
        expect.objectContaining({ code: 'tier_required', status: 403 }),
      )
    },
  )

  it('says what is missing and where it is to be had', () => {
    expect(() => requireFeature({ slug: 'acme', tier: 'pro' }, 'webhooks')).toThrow(
      'Webhooks are part of the tier enterprise; the organization acme is on pro.',
    )
  })

  it('never allows more requests than the server does', () => {
    expect(requestsPerMinute('enterprise', 120_000)).toBe(120_000)
    expect(requestsPerMinute('free', 120_000)).toBe(60)
    expect(requestsPerMinute('free', 10)).toBe(10)
  })
})
