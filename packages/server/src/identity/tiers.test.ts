import { describe, expect, it } from 'vitest'
import { hasFeature, requestsPerMinute, requireFeature, requireMonitorPlace } from './tiers.ts'

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

  it('offers what one of several features opens', () => {
    const wanted = ['webhooks', 'channels'] as const
    expect(() => requireFeature({ slug: 'acme', tier: 'pro' }, wanted)).not.toThrow()
    expect(() => requireFeature({ slug: 'acme', tier: 'free' }, wanted)).toThrow(
      'Webhooks are part of the tier enterprise. Channels are part of the tier pro, agency, enterprise; the organization acme is on free.',
    )
  })

  it('never allows more requests than the server does', () => {
    expect(requestsPerMinute('enterprise', 120_000)).toBe(120_000)
    expect(requestsPerMinute('free', 120_000)).toBe(60)
    expect(requestsPerMinute('free', 10)).toBe(10)
  })

  it.each([
    ['free', ['weekly']],
    ['pro', ['weekly', 'daily']],
    ['agency', ['weekly', 'daily', 'hourly']],
    ['enterprise', ['weekly', 'daily', 'hourly', 'cron']],
  ] as const)('%s has monitors that run %j', (tier, kinds) => {
    const all = ['weekly', 'daily', 'hourly', 'cron'] as const
    expect(all.filter((kind) => hasFeature(tier, `${kind}_monitors`))).toEqual(kinds)
  })

  it.each([
    ['free', 1],
    ['pro', 20],
    ['agency', 200],
  ] as const)('%s has room for %i monitors, and says where there is room for more', (tier, max) => {
    const organization = { slug: 'acme', tier }
    expect(() => requireMonitorPlace(organization, max - 1)).not.toThrow()
    expect(() => requireMonitorPlace(organization, max)).toThrow(
      expect.objectContaining({
        code: 'tier_required',
        message: expect.stringMatching(/tier .*enterprise\.$/),
      }),
    )
  })

  it('enterprise has as many monitors as the server takes of anybody', () => {
    const organization = { slug: 'acme', tier: 'enterprise' } as const
    expect(() => requireMonitorPlace(organization, 9_999)).not.toThrow()
    expect(() => requireMonitorPlace(organization, 10_000)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ field: 'url' })],
      }),
    )
  })
})
