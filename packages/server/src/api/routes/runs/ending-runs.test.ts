import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

const RUNS = '/api/v1/orgs/acme/runs'
const submitTo = (workflow: string) => `/api/v1/orgs/acme/workflows/${workflow}/runs`
/** Judging this takes a regular expression longer than anybody waits. */
const BOMB = { pattern: '^(a+)+$' }
const FUSE = JSON.stringify(`${'a'.repeat(40)}!`)

let api: TestApi
let acme: TestCaller

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  await workflow('orders', { type: 'object', required: ['sku'] })
  await workflow('endless', BOMB)
})
afterAll(() => api.close())

async function workflow(slug: string, schema: object): Promise<void> {
  const steps = [{ type: 'json-schema', config: { schema } }]
  expect((await acme.call('POST', '/api/v1/workflows', { slug, name: slug, steps })).status).toBe(201)
}

async function submit(slug: string, document: string, query = ''): Promise<{ id: string; status: string }> {
  const headers = { 'content-type': 'text/plain', 'x-filename': 'order.json' }
  const { body } = await acme.call('POST', `${submitTo(slug)}${query}`, document, headers)
  return body
}

describe('cancelling', () => {
  it('ends a run that is judged, and one that waits, with the events of a run that ended', async () => {
    const judged = await submit('endless', FUSE, '?wait=0')
    const waiting = await submit('endless', FUSE, '?wait=0')
    expect([judged.status, waiting.status]).toEqual(['RUNNING', 'PENDING'])
    for (const { id } of [waiting, judged]) {
      const { status, body } = await acme.call('POST', `${RUNS}/${id}/cancel`)
      expect([status, body.status, body.result, body.findings]).toEqual([200, 'CANCELED', 'CANCELED', []])
      expect(body.ended_at).not.toBeNull()
      const types = await Promise.all(
        body.events.map(
          async (event: string) => (await acme.call('GET', `/api/v1/events/${event}`)).body.type,
        ),
      )
      expect(types.sort()).toEqual(['run.completed', 'run.failed', 'validation.completed'])
      const again = await acme.call('POST', `${RUNS}/${id}/cancel`)
      expect([again.status, again.body.code]).toEqual([409, 'run_ended'])
    }
  })

  it('comes too late for a run that has ended', async () => {
    const { id } = await submit('orders', '{"sku":"a"}', '?wait=10')
    const { status, body } = await acme.call('POST', `${RUNS}/${id}/cancel`)
    expect([status, body.code, body.detail]).toEqual([409, 'run_ended', 'The run has ended already: PASS.'])
  })
})

describe('running again', () => {
  it('judges the same document by the workflow as it is now', async () => {
    await workflow('changing', { required: ['sku'] })
    const first = await submit('changing', '{"a":1}', '?wait=10')
    const again = await acme.call('POST', `${RUNS}/${first.id}/rerun?wait=10`)
    expect([again.status, again.body.result]).toEqual([201, 'FAIL'])
    expect(again.body.id).not.toBe(first.id)
    expect(again.body.submission.filename).toBe('order.json')
    const steps = [{ type: 'json-schema', config: { schema: { required: ['a'] } } }]
    await acme.call('PATCH', '/api/v1/workflows/changing', { steps })
    expect((await acme.call('POST', `${RUNS}/${first.id}/rerun?wait=10`)).body.result).toBe('PASS')
  })

  it('makes one run for one Idempotency-Key', async () => {
    const { id } = await submit('orders', '{"a":1}', '?wait=10')
    const headers = { 'idempotency-key': 'rerun-1' }
    const first = await acme.call('POST', `${RUNS}/${id}/rerun?wait=10`, undefined, headers)
    const second = await acme.call('POST', `${RUNS}/${id}/rerun?wait=10`, undefined, headers)
    expect(second.body.id).toBe(first.body.id)
    expect(second.headers['idempotent-replayed']).toBe('true')
  })

  it('is refused for a run that another validator judged', async () => {
    const { body: reported } = await acme.call('POST', '/api/v1/orgs/acme/workflows/orders/results', {
      result: 'PASS',
      url: 'https://example.com/',
    })
    const { status, body } = await acme.call('POST', `${RUNS}/${reported.id}/rerun`)
    expect([status, body.code]).toEqual([409, 'nothing_to_rerun'])
  })
})
