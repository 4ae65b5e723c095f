import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

let api: TestApi
let acme: TestCaller

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  const steps = [{ type: 'json-schema', config: { schema: {} } }]
  for (const slug of ['pages', 'others']) {
    await acme.call('POST', '/api/v1/workflows', { slug, name: slug, steps })
  }
})
afterAll(() => api.close())

function schema(type: string, ...names: string[]) {
  return { type, properties: names.map((name) => ({ name, importance: 'required', kinds: ['text'] })) }
}

/** A page of its own for each test. */
let pages = 0
function newPage() {
  const page = `https://example.com/${++pages}`
  return {
    of: (path: string, query = '') => `/api/v1/${path}?url=${encodeURIComponent(page)}${query}`,
    report: async (score: number | null, schemas: object[] | null, workflow = 'pages'): Promise<string> => {
      const results = `/api/v1/orgs/acme/workflows/${workflow}/results`
      const { status, body } = await acme.call('POST', results, { result: 'PASS', url: page, score, schemas })
      expect(status).toBe(201)
      return body.id as string
    },
  }
}

describe('the diff of a page', () => {
  it('is not there before a run is, nor its history', async () => {
    const { of } = newPage()
    expect((await acme.call('GET', of('schema-diff'))).status).toBe(404)
    expect((await acme.call('GET', of('score-history'))).body.data).toEqual([])
  })

  it('has nothing to compare the first run with', async () => {
    const { of, report } = newPage()
    const run = await report(90, [schema('Article', 'headline', 'author'), schema('Event')])
    const { body } = await acme.call('GET', of('schema-diff'))
    expect(body).toMatchObject({ changed: false, impact: null, previous: null, changes: [] })
    expect(body.current).toMatchObject({ run_id: run, score: 90 })
  })

  it('tells the last two runs apart, and any run from the one before it', async () => {
    const { of, report } = newPage()
    const first = await report(90, [schema('Article', 'headline', 'author'), schema('Event')])
    const second = await report(80, [schema('Article', 'author'), schema('Product')])
    const blind = await report(80, null)
    const { body } = await acme.call('GET', of('schema-diff'))
    expect(body).toMatchObject({
      changed: true,
      impact: 'high',
      current: { run_id: second },
      previous: { run_id: first },
      types: { added: ['Product'], removed: ['Event'], modified: ['Article'] },
      changes: [
        { kind: 'property_removed', schema_type: 'Article', property: 'headline', impact: 'high' },
        { kind: 'type_removed', schema_type: 'Event', property: '', impact: 'high' },
        { kind: 'type_added', schema_type: 'Product', property: '', impact: 'high' },
      ],
    })
    const asked = await acme.call('GET', of('schema-diff', `&run=${first}`))
    expect(asked.body).toMatchObject({ current: { run_id: first }, previous: null })
    expect((await acme.call('GET', of('schema-diff', `&run=${blind}`))).status).toBe(404)
  })

  it('keeps workflows apart', async () => {
    const { of, report } = newPage()
    await report(90, [schema('Article')])
    const run = await report(10, [], 'others')
    const { body } = await acme.call('GET', of('schema-diff', '&workflow=others'))
    expect(body).toMatchObject({ current: { run_id: run }, previous: null, changed: false })
  })
})

describe('the history of a page’s score', () => {
  it('is newest first, of all workflows or of one', async () => {
    const { of, report } = newPage()
    for (const score of [90, 80, null]) await report(score, null)
    const last = await report(10, [], 'others')
    const scores = async (query = '') =>
      (await acme.call('GET', of('score-history', query))).body.data.map(
        ({ score }: { score: number }) => score,
      )
    expect(await scores()).toEqual([10, 80, 90])
    expect(await scores('&workflow=pages')).toEqual([80, 90])
    const { body } = await acme.call('GET', of('score-history', '&limit=1'))
    expect(body.data[0]).toMatchObject({ run_id: last, score: 10, result: 'PASS' })
    const next = await acme.call('GET', of('score-history', `&limit=1&cursor=${body.next_cursor}`))
    expect(next.body.data[0].score).toBe(80)
  })

  it('needs to know of what', async () => {
    const none = await acme.call('GET', '/api/v1/score-history')
    expect([none.status, none.body.errors[0].field]).toEqual([422, 'url'])
    const two = await acme.call('GET', newPage().of('score-history', '&subject=a'))
    expect([two.status, two.body.errors[0].field]).toEqual([422, 'subject'])
  })

  it('is the organization’s own', async () => {
    const { of, report } = newPage()
    await report(90, [schema('Article')])
    const stranger = await api.organization('stranger')
    expect((await stranger.call('GET', of('score-history'))).body.data).toEqual([])
    expect((await stranger.call('GET', of('schema-diff'))).status).toBe(404)
  })
})

describe('what changed', () => {
  it('is told once, however many runs say the same, and whoever comes first', async () => {
    const { report } = newPage()
    await report(90, [schema('Article', 'headline'), schema('Event')])
    const after = [schema('Article')]
    const runs = await Promise.all(Array.from({ length: 8 }, () => report(50, after)))
    const { body } = await acme.call('GET', '/api/v1/events?limit=200')
    const told = body.data.filter((event: { run_id: string }) => runs.includes(event.run_id))
    const count = (type: string) => told.filter((event: { type: string }) => event.type === type).length
    expect([count('schema.changed'), count('schema.removed'), count('score.dropped')]).toEqual([1, 1, 1])
    expect(count('run.completed')).toBe(8)
  })
})
