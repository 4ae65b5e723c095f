import { createHmac } from 'node:crypto'
import { generateSecret, generateV1aKeyPair, verify } from '@sealpost/receiver'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { sampleWebhook } from '../../test/support/samples.ts'
import type { Dialect } from '../catalogue/dialect.ts'
import { NotPrepared } from '../core/attempt.ts'
import type { Event } from '../core/event.ts'
import { finishRotation, rotate, type Webhook } from '../core/webhook.ts'
import { RESERVED_HEADERS } from './reserved-headers.ts'
import { createSigner } from './signer.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const BODY = '{"event":"run.completed","name":"Grüße 🎉"}'

const event: Event = {
  id: 'evt_0198c1a29f4e7c3b8d5e6f7081920a1b',
  organizationId: 1,
  type: 'run.completed',
  timestamp: 0,
  createdAt: 0,
  body: Buffer.from(BODY),
  projectId: null,
  workflowId: null,
  runId: null,
  key: null,
}

function webhook(part: Partial<Webhook> = {}): Webhook {
  return sampleWebhook({ id: 'webhook_1', sealedSecret: SECRET, ...part })
}

/** Sealed secrets are plain here, and opening them is counted. */
function signer(cacheMax = 10) {
  const opened: string[] = []
  const open = ({ id }: Webhook, sealed: string): string => {
    opened.push(id)
    return sealed
  }
  return { ...createSigner({ open, cacheMax, version: '1.2.3' }), opened }
}

/** As both documentations have their receivers compute it. */
function legacy(secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`
}

describe('headers', () => {
  it('are these, in this order', () => {
    const nowMs = Date.parse('2026-03-22T14:30:00.999Z')
    const { headers } = signer().sign(event, 'validibot', webhook({ headers: { 'X-Team': 'data' } }), nowMs)
    expect(Object.entries(headers)).toEqual([
      ['content-type', 'application/json'],
      ['user-agent', 'Sealpost/1.2.3'],
      ['accept-encoding', 'identity'],
      ['webhook-id', event.id],
      ['webhook-timestamp', '1774189800'],
      ['webhook-signature', expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/)],
      ['X-Validibot-Signature', legacy(SECRET)],
      ['X-Team', 'data'],
    ])
  })

  it.each<[Dialect, string[]]>([
    ['validibot', ['X-Validibot-Signature']],
    ['validgraph', ['X-SVS-Signature']],
    ['both', ['X-Validibot-Signature', 'X-SVS-Signature']],
    ['standard', []],
  ])('of dialect %s have the legacy signatures %j', (dialect, expected) => {
    const { headers } = signer().sign(event, dialect, webhook(), 0)
    const present = Object.keys(headers).filter((name) => name.startsWith('X-'))
    expect(present).toEqual(expected)
    for (const name of expected) expect(headers[name]).toBe(legacy(SECRET))
  })

  it.each([SECRET, 'whsec_not base64!', 'a shared secret', 'schlüssel-ß'])(
    'verify by the reference library, secret %j',
    (secret) => {
      const { headers } = signer().sign(event, 'standard', webhook({ sealedSecret: secret }), Date.now())
      const oracle =
        secret === SECRET
          ? new StandardWebhook(secret)
          : new StandardWebhook(Buffer.from(secret), { format: 'raw' })
      expect(oracle.verify(BODY, headers)).toEqual(JSON.parse(BODY))
      expect(() => oracle.verify(`${BODY} `, headers)).toThrow('No matching signature found')
    },
  )

  it('are fresh on each attempt, but for the id', () => {
    const { sign } = signer()
    const first = sign(event, 'standard', webhook(), 1_000_000).headers
    const second = sign(event, 'standard', webhook(), 1_001_000).headers
    expect(second['webhook-id']).toBe(first['webhook-id'])
    expect(second['webhook-timestamp']).toBe('1001')
    expect(second['webhook-signature']).not.toBe(first['webhook-signature'])
  })

  it.each([...RESERVED_HEADERS])('are not overridden by a static %s', (name) => {
    const plain = signer().sign(event, 'both', webhook(), 0)
    const spelled = name.toUpperCase()
    expect(signer().sign(event, 'both', webhook({ headers: { [spelled]: 'mine' } }), 0)).toEqual(plain)
  })
})

describe('during a rotation', () => {
  const fresh = generateSecret()
  const startMs = Date.parse('2026-03-22T14:30:00Z')
  const overlapMs = 3_600_000
  const rotated = rotate(webhook(), { sealedSecret: fresh, signingKey: null }, overlapMs, startMs).webhook

  function verifies(headers: Record<string, string>, secret: string, nowMs: number): boolean {
    const { ok } = verify({ headers, body: BODY }, { secret, now: () => nowMs / 1_000 })
    return ok
  }

  it.each([0, overlapMs - 1])('both secrets verify, %d ms in', (sinceMs) => {
    const nowMs = startMs + sinceMs
    const { headers, logged } = signer().sign(event, 'standard', rotated, nowMs)
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
    expect(logged['webhook-signature']).toBe('v1,… v1,…')
    expect([fresh, SECRET].map((secret) => verifies(headers, secret, nowMs))).toEqual([true, true])
  })

  it('the header for one signature stays with the old secret', () => {
    const { headers } = signer().sign(event, 'validibot', rotated, startMs)
    expect(headers['X-Validibot-Signature']).toBe(legacy(SECRET))
  })

  it.each([
    ['the overlap is over', rotated, startMs + overlapMs],
    ['it was finished', finishRotation(rotated, startMs + 1).webhook, startMs + 1],
    [
      'it had no overlap',
      rotate(webhook(), { sealedSecret: fresh, signingKey: null }, 0, startMs).webhook,
      startMs,
    ],
  ])('only the new one verifies once %s', (_when, after, nowMs) => {
    const { headers } = signer().sign(event, 'validibot', after, nowMs)
    expect([fresh, SECRET].map((secret) => verifies(headers, secret, nowMs))).toEqual([true, false])
    expect(headers['X-Validibot-Signature']).toBe(legacy(fresh))
  })
})

describe('ed25519', () => {
  const pair = generateV1aKeyPair()
  const signingKey = { publicKey: pair.publicKey, sealedPrivateKey: pair.privateKey }
  const nowMs = Date.parse('2026-03-22T14:30:00Z')

  it('signs alone or beside the secret, as the webhook asks', () => {
    const alone = signer().sign(event, 'standard', webhook({ signatures: ['v1a'], signingKey }), nowMs)
    expect(alone.headers['webhook-signature']).toMatch(/^v1a,\S+$/)
    const both = signer().sign(event, 'standard', webhook({ signatures: ['v1', 'v1a'], signingKey }), nowMs)
    expect(both.headers['webhook-signature']).toMatch(/^v1,\S+ v1a,\S+$/)
    const options = { publicKey: pair.publicKey, now: () => nowMs / 1_000 }
    for (const { headers } of [alone, both]) expect(verify({ headers, body: BODY }, options).ok).toBe(true)
    expect(verify({ headers: both.headers, body: `${BODY} ` }, options).ok).toBe(false)
  })

  it('rotates with the secret', () => {
    const next = generateV1aKeyPair()
    const fresh = {
      sealedSecret: generateSecret(),
      signingKey: { publicKey: next.publicKey, sealedPrivateKey: next.privateKey },
    }
    const before = webhook({ signatures: ['v1', 'v1a'], signingKey })
    const { headers } = signer().sign(event, 'standard', rotate(before, fresh, 1_000, nowMs).webhook, nowMs)
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1a,\S+ v1,\S+ v1a,\S+$/)
    for (const { publicKey } of [pair, next]) {
      expect(verify({ headers, body: BODY }, { publicKey, now: () => nowMs / 1_000 }).ok).toBe(true)
    }
  })
})

describe('a webhook that cannot be signed for', () => {
  it.each([
    [
      'a scheme that is not known here',
      { signatures: ['v1', 'v9'] },
      /scheme v9, .*: it knows v1, v1a.*\. Change `signatures`/,
    ],
    [
      'a key pair that is not there',
      { signatures: ['v1', 'v1a'], signingKey: null },
      /scheme v1a and has no key/,
    ],
    ['no scheme at all', { signatures: [] }, /names no signature scheme/],
  ])('for want of %s is signed by nothing', (_what, fields, why) => {
    const { sign, opened } = signer()
    expect(() => sign(event, 'standard', webhook(fields), 0)).toThrow(NotPrepared)
    expect(() => sign(event, 'standard', webhook(fields), 0)).toThrow(why)
    if (fields.signatures.includes('v9')) expect(opened).toEqual([])
  })

  it('is signed for while only the key that was rotated out lacks a pair', () => {
    const { publicKey, privateKey } = generateV1aKeyPair()
    const fresh = { sealedSecret: generateSecret(), signingKey: { publicKey, sealedPrivateKey: privateKey } }
    const rotated = rotate(webhook({ signatures: ['v1', 'v1a'] }), fresh, 1_000, 0).webhook
    const { headers } = signer().sign(event, 'standard', rotated, 0)
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1a,\S+ v1,\S+$/)
  })
})

describe('logged headers', () => {
  it('have signatures cut to their scheme, and no credentials', () => {
    const extra = {
      Authorization: 'Bearer abc',
      Cookie: 'a=b',
      'X-Api-Key': 'k',
      'x-access-token': 't',
      Client_Secret: 's',
      'X-Team': 'data',
      Monkey: 'harmless',
    }
    const { headers, logged } = signer().sign(event, 'both', webhook({ headers: extra }), 0)
    expect(Object.keys(logged)).toEqual(Object.keys(headers))
    expect(logged).toMatchObject({
      'webhook-id': event.id,
      'webhook-signature': 'v1,…',
      'X-Validibot-Signature': 'sha256=…',
      'X-SVS-Signature': 'sha256=…',
      Authorization: '[redacted]',
      Cookie: '[redacted]',
      'X-Api-Key': '[redacted]',
      'x-access-token': '[redacted]',
      Client_Secret: '[redacted]',
      'X-Team': 'data',
      Monkey: 'harmless',
    })
  })
})

describe('keys', () => {
  it('are derived once for each secret', () => {
    const { sign, opened } = signer()
    for (let index = 0; index < 3; index++) sign(event, 'both', webhook(), index)
    expect(opened).toEqual(['webhook_1'])
  })

  it('follow a changed secret at once', () => {
    const { sign } = signer()
    sign(event, 'validibot', webhook(), 0)
    const { headers } = sign(event, 'validibot', webhook({ sealedSecret: 'the new one' }), 0)
    expect(headers['X-Validibot-Signature']).toBe(legacy('the new one'))
  })

  it('are kept for the webhooks used last', () => {
    const { sign, opened } = signer(2)
    const use = (id: string): unknown =>
      sign(event, 'standard', webhook({ id, sealedSecret: `secret of ${id}` }), 0)
    for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) use(id)
    expect(opened).toEqual(['a', 'b', 'c', 'b'])
  })

  it('that cannot be opened leave nothing behind', () => {
    const { sign } = createSigner({
      open: () => {
        throw new Error('the wrong key')
      },
      cacheMax: 1,
      version: '1',
    })
    for (let index = 0; index < 2; index++) {
      expect(() => sign(event, 'standard', webhook(), 0)).toThrow('the wrong key')
    }
  })
})
