import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../test/support/test-api.ts'
import { markup } from './markup.ts'

const EVIL = `<script>alert("x")</script>&'`

let api: TestApi
let acme: TestCaller
let runId: string

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  await acme.call('POST', '/api/v1/workflows', {
    slug: 'one',
    name: EVIL,
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  const { body } = await acme.call('POST', '/api/v1/orgs/acme/workflows/one/results', {
    result: 'FAIL',
    subject: EVIL,
    findings: [{ severity: 'error', code: EVIL, message: EVIL, path: `/${EVIL}` }],
  })
  runId = body.id
})
afterAll(() => api.close())

describe('the page of a run', () => {
  it('shows the run to its organization, with every value escaped', async () => {
    const { status, text, headers } = await acme.call('GET', `/orgs/acme/runs/${runId}/`)
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).toContain('<html lang="en">')
    expect(text).toContain('FAIL')
    expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;')
    expect(text).not.toContain('<script')
  })

  it('allows its own style by hash and nothing else', async () => {
    const { text, headers } = await acme.call('GET', `/orgs/acme/runs/${runId}/`)
    const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
  })

  it('is the API’s JSON for who asks for that', async () => {
    const json = { accept: 'application/json' }
    const { body } = await acme.call('GET', `/orgs/acme/runs/${runId}/`, undefined, json)
    expect(body).toEqual((await acme.call('GET', `/api/v1/orgs/acme/runs/${runId}`)).body)
    const refused = await api.app.inject({ url: `/orgs/acme/runs/${runId}/`, headers: json })
    expect([refused.statusCode, refused.json().code]).toEqual([401, 'unauthorized'])
  })

  it('says without a key how to look the run up, and nothing about the run', async () => {
    const answer = await api.app.inject({
      url: `/orgs/acme/runs/${runId}/`,
      headers: { accept: 'text/html,*/*' },
    })
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="sealpost"'])
    expect(answer.payload).toContain(`/api/v1/orgs/acme/runs/${runId}/`)
    expect(answer.payload).not.toContain('FAIL')
    const other = await api.app.inject({ url: `/orgs/%3Cscript%3E/runs/x/` })
    expect(other.payload).not.toContain('<script')
  })

  it('is not there for others, nor for a run that is not', async () => {
    const other = await api.organization('other')
    const foreign = await other.call('GET', `/orgs/acme/runs/${runId}/`)
    const unknown = await other.call('GET', '/orgs/nobody/runs/nothing/')
    expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
  })
})

describe('markup', () => {
  it('shows no character that would turn text round or steer a terminal', () => {
    expect(markup`${'a\u202e\u0000\u001b[31m\nb\u2066'}`.html).toBe('a\ufffd\ufffd\ufffd[31m b\ufffd')
  })

  it('escapes text and keeps what it made itself', () => {
    const inner = markup`<i>${'"'}</i>`
    expect(markup`<b>${'<'}${inner}${[markup`1`, markup`2`]}${3}</b>`.html).toBe(
      '<b>&lt;<i>&quot;</i>123</b>',
    )
  })
})
