import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

const SCHEMA = { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } }

let api: TestApi
let acme: TestCaller

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  const created = await acme.call('POST', '/api/v1/workflows', {
    slug: 'products',
    name: 'Products',
    steps: [{ type: 'json-schema', config: { schema: SCHEMA } }],
  })
  expect(created.status).toBe(201)
})
afterAll(() => api.close())

const RUNS = '/api/v1/orgs/acme/workflows/products/runs/'
const RESULTS = '/api/v1/orgs/acme/workflows/products/results'
const submit = (body: unknown, headers?: Record<string, string>, query = '') =>
  acme.call('POST', RUNS + query, body, headers)
const countRuns = async () => (await acme.call('GET', '/api/v1/orgs/acme/runs/?limit=200')).body.data.length

describe('submitting a document', () => {
  it('answers the finished run, and where it is', async () => {
    const { status, body, headers } = await submit({ sku: 1 }, { 'x-filename': 'a.json' }, '?wait=30')
    expect(status).toBe(201)
    expect(body).toMatchObject({
      status: 'FAILED',
      result: 'FAIL',
      source: 'builtin',
      subject: 'a.json',
      workflow: { slug: 'products', name: 'Products' },
      summary: { total_findings: 1, error_count: 1, warning_count: 0, info_count: 0 },
      findings: [{ severity: 'error', path: '/sku' }],
      url: `https://sealpost.example.com/orgs/acme/runs/${body.id}/`,
    })
    expect(body.validation_id).toBe(`val_${body.id.replaceAll('-', '')}`)
    expect(body.events.length).toBeGreaterThan(0)
    expect(headers.location).toBe(`/api/v1/orgs/acme/runs/${body.id}/`)
    expect((await acme.call('GET', String(headers.location))).body).toEqual(body)
    expect((await acme.call('GET', `/api/v1/orgs/acme/runs/${body.validation_id}`)).body.id).toBe(body.id)
  })

  it('answers where the run is behind a proxy that takes a path off', async () => {
    const prefixed = await createTestApi({ baseUrl: 'https://example.com/hooks' })
    const caller = await prefixed.organization('acme')
    await caller.call('POST', '/api/v1/workflows', {
      slug: 'products',
      name: 'Products',
      steps: [{ type: 'json-schema', config: { schema: SCHEMA } }],
    })
    const { body, headers } = await caller.call('POST', RESULTS, { result: 'PASS' })
    expect(headers.location).toBe(`/hooks/api/v1/orgs/acme/runs/${body.id}/`)
    expect(body.url).toBe(`https://example.com/hooks/orgs/acme/runs/${body.id}/`)
    await prefixed.close()
  })

  it('answers 202 when it is not to wait, and the run can be waited for', async () => {
    const { status, body, headers } = await submit({ sku: 'a' }, {}, '?wait=0&subject=mine')
    expect([status, headers['retry-after'], body.subject]).toEqual([202, '1', 'mine'])
    const ended = await acme.call('GET', `${String(headers.location)}?wait=30`)
    expect(ended.body).toMatchObject({ status: 'SUCCEEDED', result: 'PASS' })
  })

  it('takes the same document in all three forms', async () => {
    const text = '{"sku":"ü"}'
    const form = (boundary: string) =>
      [
        `--${boundary}`,
        'Content-Disposition: form-data; name="subject"',
        '',
        'mine',
        `--${boundary}`,
        'Content-Disposition: form-data; name="file"; filename="p.json"',
        'Content-Type: application/json',
        '',
        text,
        `--${boundary}--`,
        '',
      ].join('\r\n')
    const multipart = (boundary: string) => ({ 'content-type': `multipart/form-data; boundary=${boundary}` })
    const answers = await Promise.all([
      submit(text, {}, '?wait=30'),
      submit(text, { 'content-type': 'application/x-anything' }, '?wait=30'),
      submit(Buffer.from(text).toString('base64'), { 'content-encoding': 'base64' }, '?wait=30'),
      submit({ content: JSON.parse(text) }, {}, '?wait=30'),
      submit({ content: Buffer.from(text).toString('base64'), content_encoding: 'base64' }, {}, '?wait=30'),
      submit(form('abc'), multipart('abc'), '?wait=30'),
    ])
    expect(answers.map(({ status, body }) => [status, body.result])).toEqual(answers.map(() => [201, 'PASS']))
    expect(answers.at(-1)?.body).toMatchObject({
      subject: 'mine',
      submission: { filename: 'p.json', content_type: 'application/json' },
    })
  })

  it.each([
    ['no body', undefined, {}, 422, 'invalid_request', 'body'],
    ['no JSON', '<a/>', {}, 422, 'document_not_json', 'content'],
    ['no base64', 'a$', { 'content-encoding': 'base64' }, 400, 'malformed_body', 'content_encoding'],
    ['gzip', 'x', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type', 'Content-Encoding'],
    ['a type that is none', 'x', { 'content-type': 'foo' }, 415, 'unsupported_media_type', 'Content-Type'],
    [
      'a form with a part called __proto__',
      '--b\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\nabc\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
      422,
      'invalid_request',
      'body',
    ],
    [
      'a form with a file called constructor',
      '--b\r\nContent-Disposition: form-data; name="constructor"; filename="a"\r\n\r\nabc\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
      422,
      'invalid_request',
      'body',
    ],
    ['too much', Buffer.alloc(1024 * 1024 + 1), {}, 413, 'request_too_large', 'body'],
    [
      'a form without its boundary',
      'x',
      { 'content-type': 'multipart/form-data' },
      400,
      'malformed_body',
      'body',
    ],
    [
      'a form cut off',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      'malformed_body',
      'body',
    ],
    [
      'a form too large',
      Buffer.alloc(1024 * 1024 + 1),
      { 'content-type': 'multipart/form-data; boundary=b' },
      413,
      'request_too_large',
      'body',
    ],
    [
      'a form with another file',
      '--b\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nabc\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
      422,
      'invalid_request',
      'other',
    ],
  ] as const)('refuses %s and leaves no run', async (_what, body, headers, status, code, field) => {
    const before = await countRuns()
    const answer = await submit(body, headers)
    expect([answer.status, answer.body.code, answer.body.errors[0]?.field]).toEqual([status, code, field])
    expect(await countRuns()).toBe(before)
  })

  it.each(['?wait=', '?wait=31', '?wait=-1', '?wait=x', '?subject=', '?wiat=1'])(
    'refuses the query %s',
    async (query) => {
      expect((await submit({ sku: 'a' }, {}, query)).status).toBe(422)
    },
  )

  it('says of a content type that is none what one looks like', async () => {
    const answer = await submit('x', { 'content-type': 'foo' })
    expect(answer.body.errors[0].message).toBe('Must be a media type, such as application/json.')
  })

  it('is done once for one Idempotency-Key, whatever boundary a form has', async () => {
    const form = (boundary: string, content: string) =>
      acme.call(
        'POST',
        `${RUNS}?wait=30`,
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${content}\r\n--${boundary}--\r\n`,
        { 'content-type': `multipart/form-data; boundary=${boundary}`, 'idempotency-key': 'form' },
      )
    const first = await form('one', '{"sku":"a"}')
    const again = await form('two', '{"sku":"a"}')
    expect([again.status, again.body.id, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.body.id,
      'true',
    ])
    const other = await form('one', '{"sku":"b"}')
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict'])
  })

  it('goes to a workflow of the key’s own organization only', async () => {
    const other = await api.organization('other')
    for (const url of [
      RUNS,
      '/api/v1/orgs/nobody/workflows/products/runs/',
      '/api/v1/orgs/other/workflows/products/runs',
    ]) {
      expect((await other.call('POST', url, { sku: 'a' })).status).toBe(404)
    }
  })
})

describe('reporting a result', () => {
  it('makes a run like any other', async () => {
    const { status, body, headers } = await acme.call('POST', RESULTS, {
      result: 'FAIL',
      findings: [
        { severity: 'error', message: 'Property is required', property: 'headline', schema_type: 'Article' },
        { severity: 'info', code: 'seen', message: 'Seen', path: '/a' },
      ],
      started_at: '2025-03-22T14:29:55Z',
      ended_at: '2025-03-22T15:30:00+01:00',
      score: 72.5,
      url: 'https://example.com/page',
      metadata: { crawler: 3 },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      source: 'external',
      status: 'FAILED',
      result: 'FAIL',
      subject: 'https://example.com/page',
      started_at: '2025-03-22T14:29:55Z',
      ended_at: '2025-03-22T14:30:00Z',
      duration_ms: 5000,
      score: 72.5,
      summary: { total_findings: 2, error_count: 1, info_count: 1 },
      findings: [
        { code: 'external', property: 'headline', schema_type: 'Article' },
        { code: 'seen', property: null },
      ],
    })
    expect(headers.location).toBe(`/api/v1/orgs/acme/runs/${body.id}/`)
    const types = await Promise.all(
      body.events.map(async (id: string) => (await acme.call('GET', `/api/v1/events/${id}`)).body.type),
    )
    expect(types).toContain('validation.failed')
  })

  it.each([
    [{ result: 'GOOD' }, 'result'],
    [{}, 'result'],
    [{ result: 'PASS', findings: [{ severity: 'error', message: 'x' }] }, 'result'],
    [{ result: 'PASS', score: 101 }, 'score'],
    [{ result: 'PASS', started_at: '2025-03-22T14:30:01Z', ended_at: '2025-03-22T14:30:00Z' }, 'started_at'],
    [{ result: 'PASS', ended_at: 'yesterday' }, 'ended_at'],
    [{ result: 'PASS', ended_at: '1969-12-31T23:59:59Z' }, 'ended_at'],
    [{ result: 'PASS', ended_at: '0001-01-01T00:00:00+23:59' }, 'ended_at'],
    [{ result: 'PASS', started_at: '0000-01-01T00:00:00Z' }, 'started_at'],
    [{ result: 'PASS', started_at: '1970-01-01T00:00:00+00:01' }, 'started_at'],
    [{ result: 'PASS', ended_at: '9999-12-31T23:59:59-23:59' }, 'ended_at'],
    [{ result: 'PASS', ended_at: '9999-12-31T23:59:59Z' }, 'ended_at'],
    [{ result: 'FAIL', findings: [{ severity: 'fatal', message: 'x' }] }, 'findings[0].severity'],
    [{ result: 'FAIL', findings: [{ severity: 'error' }] }, 'findings[0].message'],
    [{ result: 'FAIL', findings: [{ severity: 'error', message: 'x', lines: 3 }] }, 'findings[0].lines'],
  ])('refuses %j and leaves no run', async (report, field) => {
    const before = await countRuns()
    const { status, body } = await acme.call('POST', RESULTS, report)
    expect([status, body.errors[0]?.field]).toEqual([422, field])
    expect(await countRuns()).toBe(before)
  })

  it('allows for a clock that runs five minutes before this one, and no more', async () => {
    const report = (aheadMs: number) =>
      acme.call('POST', RESULTS, {
        result: 'PASS',
        started_at: '1970-01-01T00:00:00Z',
        ended_at: new Date(Date.now() + aheadMs).toISOString(),
      })
    expect((await report(4 * 60_000)).status).toBe(201)
    expect((await report(6 * 60_000)).body.errors).toEqual([
      { field: 'ended_at', message: 'Must not be in the future: only a run that has ended can be reported.' },
    ])
  })

  it('counts all findings and keeps a thousand', async () => {
    const findings = Array.from({ length: 1_001 }, () => ({ severity: 'warning', message: 'x' }))
    const { body } = await acme.call('POST', RESULTS, { result: 'PASS', findings })
    expect([body.summary.warning_count, body.findings.length]).toEqual([1_001, 1_000])
  })

  it('is done once for one Idempotency-Key', async () => {
    const report = (result: string) => acme.call('POST', RESULTS, { result }, { 'idempotency-key': 'report' })
    const first = await report('PASS')
    const again = await report('PASS')
    expect([again.status, again.body, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.body,
      'true',
    ])
    expect((await report('FAIL')).body.code).toBe('idempotency_conflict')
  })
})

describe('listing runs', () => {
  it('filters by workflow and result', async () => {
    const list = async (query: string) => (await acme.call('GET', `/api/v1/orgs/acme/runs?${query}`)).body
    await acme.call('POST', RESULTS, { result: 'TIMED_OUT' })
    expect((await list('workflow=products&result=TIMED_OUT')).data).toMatchObject([{ result: 'TIMED_OUT' }])
    expect((await list('workflow=999')).data).toEqual([])
    expect((await list('workflow=nothing')).errors[0].field).toBe('workflow')
    expect((await list('result=BAD')).errors[0].field).toBe('result')
    expect((await list('limit=1')).data[0]).not.toHaveProperty('findings')
  })
})
