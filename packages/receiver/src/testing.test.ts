import { describe, expect, it } from 'vitest'
import { generateSecret, generateV1aKeyPair, verify } from './index.ts'
import { signFixture, type FixtureDialect } from './testing.ts'

const BODY = '{"event":"webhook.test","timestamp":"2025-10-09T08:53:20Z","data":{}}'

describe('signFixture', () => {
  it.each<[FixtureDialect, string[]]>([
    ['validibot', ['X-Validibot-Signature']],
    ['validgraph', ['X-SVS-Signature']],
    ['standard', []],
    ['both', ['X-Validibot-Signature', 'X-SVS-Signature']],
  ])('makes the headers of %s, fit for the present moment', (dialect, legacyHeaders) => {
    const secret = generateSecret()
    const headers = signFixture({ secret, body: BODY, dialect })
    const always = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature']
    expect(Object.keys(headers)).toEqual([...always, ...legacyHeaders])
    expect(verify({ body: BODY, headers }, { secret })).toMatchObject({ ok: true, scheme: 'v1' })
  })

  it('makes each legacy signature right', () => {
    const secret = generateSecret()
    const headers = signFixture({ secret, body: BODY, dialect: 'both' })
    for (const scheme of ['validibot', 'svs'] as const) {
      expect(verify({ body: BODY, headers }, { secret, schemes: [scheme] })).toMatchObject({
        ok: true,
        scheme,
      })
    }
  })

  it('makes the requests of a rotation and of v1a', () => {
    const [secret, nextSecret, pair] = [generateSecret(), generateSecret(), generateV1aKeyPair()]
    const headers = signFixture({
      secret,
      nextSecret,
      privateKey: pair.privateKey,
      body: BODY,
      dialect: 'both',
    })
    expect(verify({ body: BODY, headers }, { secret: nextSecret })).toMatchObject({ ok: true, scheme: 'v1' })
    expect(verify({ body: BODY, headers }, { publicKey: pair.publicKey })).toMatchObject({
      ok: true,
      scheme: 'v1a',
    })
  })

  it('takes id and time from the caller', () => {
    const headers = signFixture({
      secret: 'test-only',
      body: BODY,
      id: 'evt_1',
      timestamp: 7,
      dialect: 'standard',
    })
    expect(headers).toMatchObject({ 'webhook-id': 'evt_1', 'webhook-timestamp': '7' })
  })
})
