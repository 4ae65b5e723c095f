import { verify } from '@sealpost/receiver'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../../../test/support/receiver.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

const OLD = 'the-old-secret'

let api: TestApi
let acme: TestCaller
let receiver: Receiver
let path: string

beforeEach(async () => {
  receiver = await startReceiver()
  api = await createTestApi()
  acme = await api.organization('acme')
  const { body } = await acme.call('POST', '/api/v1/webhooks', {
    url: receiver.url,
    events: ['run.failed'],
    secret: OLD,
  })
  path = `/api/v1/webhooks/${body.id}`
})
afterEach(async () => {
  await api.close()
  await receiver.close()
})

/** Which of the secrets verify the signature of a request made now. */
async function verifying(keys: { secret?: string; publicKey?: string }[]): Promise<boolean[]> {
  await acme.call('POST', `${path}/test`)
  const request = receiver.received.at(-1)
  if (request === undefined) throw new Error('no request arrived')
  const now = () => Math.floor(api.clock.now() / 1_000)
  return keys.map((key) => {
    const schemes = key.secret === undefined ? (['v1a'] as const) : (['v1'] as const)
    return verify({ headers: request.headers, body: request.body }, { ...key, schemes, now }).ok
  })
}

describe('rotating the secret', () => {
  it('lets both verify for a day, then the new one alone', async () => {
    const { status, body } = await acme.call('POST', `${path}/rotate-secret`)
    expect(status).toBe(200)
    expect(body.secret).toMatch(/^whsec_/)
    expect(Date.parse(body.previous_secret_expires_at) - api.clock.now()).toBeGreaterThan(86_390_000)
    const secrets = [{ secret: body.secret as string }, { secret: OLD }]
    expect(await verifying(secrets)).toEqual([true, true])
    api.clock.shiftMs += 86_400_001
    expect(await verifying(secrets)).toEqual([true, false])
    expect((await acme.call('GET', path)).body.previous_secret_expires_at).toBeNull()
  })

  it('is finished at once when the owner says so', async () => {
    const { body } = await acme.call('POST', `${path}/rotate-secret`, { secret: 'the-new-secret' })
    expect(body.secret).toBe('the-new-secret')
    const finished = await acme.call('POST', `${path}/finish-rotation`)
    expect(finished.body.previous_secret_expires_at).toBeNull()
    expect(finished.body.secret).toBeUndefined()
    expect(await verifying([{ secret: 'the-new-secret' }, { secret: OLD }])).toEqual([true, false])
  })

  it('can do without an overlap, and has its limits', async () => {
    await acme.call('POST', `${path}/rotate-secret`, { secret: 'the-new-secret', overlap_seconds: 0 })
    expect(await verifying([{ secret: 'the-new-secret' }, { secret: OLD }])).toEqual([true, false])
    const refused = await acme.call('POST', `${path}/rotate-secret`, { secret: 'short', overlap_seconds: -1 })
    expect(refused.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'overlap_seconds',
      'secret',
    ])
  })

  it('can be repeated with the same secret: the old one goes on signing, and two are all that sign', async () => {
    const rotation = { secret: 'the-new-secret' }
    const first = await acme.call('POST', `${path}/rotate-secret`, rotation)
    const second = await acme.call('POST', `${path}/rotate-secret`, rotation)
    expect(second).toMatchObject({ status: 200, body: first.body as object })
    expect(await verifying([rotation, { secret: OLD }])).toEqual([true, true])
    await acme.call('POST', `${path}/rotate-secret`, { ...rotation, overlap_seconds: 0 })
    expect(await verifying([rotation, { secret: OLD }])).toEqual([true, false])

    await acme.call('POST', `${path}/rotate-secret`, { secret: 'the-third-secret' })
    await acme.call('POST', `${path}/rotate-secret`, { secret: 'the-fourth-secret' })
    const all = ['the-new-secret', 'the-third-secret', 'the-fourth-secret'].map((secret) => ({ secret }))
    expect(await verifying(all)).toEqual([false, true, true])
  })

  it('shows what signs to those who may write, and to nobody else', async () => {
    await acme.call('POST', `${path}/rotate-secret`, { secret: 'the-new-secret' })
    expect((await acme.call('GET', `${path}/secret`)).body).toEqual({
      secret: 'the-new-secret',
      public_key: null,
      previous: { secret: OLD, public_key: null, expires_at: expect.any(String) },
    })
    const reader = await api.organization('acme', { scopes: ['read'] })
    expect((await reader.call('GET', `${path}/secret`)).status).toBe(403)
    expect((await reader.call('GET', path)).text).not.toContain('the-new-secret')
  })
})

describe('ed25519', () => {
  it('is there from the moment it is asked for, and rotates with the secret', async () => {
    const { body } = await acme.call('PATCH', path, { signatures: ['v1', 'v1a'] })
    expect(body).toMatchObject({ signatures: ['v1', 'v1a'], public_key: expect.stringMatching(/^whpk_/) })
    const old = { publicKey: body.public_key as string }
    expect(await verifying([{ secret: OLD }, old])).toEqual([true, true])
    const rotated = (await acme.call('POST', `${path}/rotate-secret`)).body
    expect(rotated.public_key).not.toBe(body.public_key)
    const fresh = { publicKey: rotated.public_key as string }
    expect(await verifying([old, fresh])).toEqual([true, true])
    await acme.call('POST', `${path}/finish-rotation`)
    expect(await verifying([old, fresh])).toEqual([false, true])
  })

  it('can stand alone from the beginning', async () => {
    const { body } = await acme.call('POST', '/api/v1/webhooks', {
      url: receiver.url,
      events: ['run.failed'],
      signatures: ['v1a'],
    })
    path = `/api/v1/webhooks/${body.id}`
    expect(await verifying([{ publicKey: body.public_key }, { secret: body.secret }])).toEqual([true, false])
    expect((await acme.call('PATCH', path, { signatures: [] })).body.errors).toMatchObject([
      { field: 'signatures' },
    ])
  })
})
