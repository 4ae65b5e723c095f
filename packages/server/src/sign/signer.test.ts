import { createHmac } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { Dialect } from '../catalogue/dialect.ts'
import type { Event } from '../core/event.ts'
import { DISABLE_AFTER_DEFAULT, RETRY_SCHEDULE_DEFAULT, type Webhook } from '../core/webhook.ts'
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
  return {
    id: 'webhook_1',
    organizationId: 1,
    url: 'https://hooks.example.com/',
    description: '',
    events: ['run.completed'],
    scope: { type: 'organization' },
    sealedSecret: SECRET,
    headers: {},
    retrySchedule: [...RETRY_SCHEDULE_DEFAULT],
    disableAfter: DISABLE_AFTER_DEFAULT,
    createdAt: 0,
    updatedAt: 0,
    deletedAt: null,
    status: 'active',
    health: 'healthy',
    failureCount: 0,
    exhaustedInStreak: false,
    lastError: null,
    lastTriggeredAt: null,
    ...part,
  }
}

/** Sealed secrets are plain here, and opening them is counted. */
function signer(cacheMax = 10) {
  const opened: string[] = []
  const openSecret = ({ id, sealedSecret }: Webhook): string => {
    opened.push(id)
    return sealedSecret
  }
  return { ...createSigner({ openSecret, cacheMax, version: '1.2.3' }), opened }
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
      openSecret: () => {
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
