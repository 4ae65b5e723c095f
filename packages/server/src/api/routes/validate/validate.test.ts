import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

const VALIDATE = '/api/v1/validate'
const PAGE = 'https://example.com/page'
const ARTICLE = {
  '@context': 'https://schema.org',
  '@type': 'Article',
  headline: 'A headline',
  image: 'https://example.com/a.jpg',
  datePublished: '2025-03-22',
  author: { '@type': 'Person', name: 'Ada' },
}
const { headline, ...HEADLESS } = ARTICLE

function pageOf(jsonLd: object): string {
  return `<!doctype html>\n<title>${headline}</title>\n<script type="application/ld+json">${JSON.stringify(jsonLd)}</script>`
}

let api: TestApi
let acme: TestCaller
const site = createServer((request, response) => {
  if (request.url === '/gone') response.writeHead(404).end()
  else response.setHeader('content-type', 'text/html').end(pageOf(HEADLESS))
})
let siteUrl = ''

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
afterAll(async () => {
  site.closeAllConnections()
  site.close()
  await api.close()
})

async function eventOf(runId: string, type: string) {
  const run = await acme.call('GET', `/api/v1/orgs/acme/runs/${runId}`)
  for (const id of run.body.events as string[]) {
    const { body } = await acme.call('GET', `/api/v1/events/${id}`)
    if (body.type === type) return body.body
  }
  throw new Error(`${type} was not made`)
}

describe('pasted JSON-LD', () => {
  it('is told as types, score, errors and warnings', async () => {
    const { status, body } = await acme.call('POST', VALIDATE, { url: PAGE, json_ld: HEADLESS })
    expect(status).toBe(200)
    expect(body).toMatchObject({ url: PAGE, status: 'invalid', types: ['Article', 'Person'], error_count: 1 })
    expect(body.errors).toMatchObject([
      { property: 'headline', message: 'Property is required', schema_type: 'Article', code: 'required' },
    ])
    const article = body.schemas.find(({ type }: { type: string }) => type === 'Article')
    expect(article.properties).toEqual(['author', 'datePublished', 'image'])
    expect(article.missing).toContainEqual({
      property: 'headline',
      importance: 'required',
      cost: expect.closeTo(article.missing[0].cost, 5) as number,
    })
    expect(body.score).toBeGreaterThan(0)
    expect(body.score).toBeLessThan(100)
  })

  it('makes the very webhook that ValidGraph documents, for an Article without its headline', async () => {
    const { body } = await acme.call('POST', VALIDATE, { url: PAGE, json_ld: HEADLESS })
    const event = await eventOf(body.run_id as string, 'validation.failed')
    expect(Object.keys(event)).toEqual(['event', 'timestamp', 'data'])
    expect(event.event).toBe('validation.failed')
    const { validation_id, url, project_id, status, schema_type, errors } = event.data
    expect(Object.keys(event.data).slice(0, 6)).toEqual([
      'validation_id',
      'url',
      'project_id',
      'status',
      'schema_type',
      'errors',
    ])
    expect({ validation_id, url, status, schema_type }).toEqual({
      validation_id: body.validation_id,
      url: PAGE,
      status: 'invalid',
      schema_type: 'Article',
    })
    expect(project_id).toMatch(/^proj_/)
    expect(errors.map(({ property, message }: Record<string, string>) => ({ property, message }))).toEqual([
      { property: 'headline', message: 'Property is required' },
    ])
  })

  it('passes once it is whole, and scores more', async () => {
    const bad = await acme.call('POST', VALIDATE, { json_ld: [HEADLESS] })
    const good = await acme.call('POST', VALIDATE, { json_ld: JSON.stringify(ARTICLE) })
    expect(good.body).toMatchObject({ status: 'valid', errors: [] })
    expect(good.body.score).toBeGreaterThan(bad.body.score)
  })
})

describe('a page', () => {
  it('is fetched, and its findings say where in it they are', async () => {
    const { status, body } = await acme.call('POST', VALIDATE, { url: `${siteUrl}/article` })
    expect([status, body.status, body.url]).toEqual([200, 'invalid', `${siteUrl}/article`])
    expect(body.errors[0]).toMatchObject({ property: 'headline', line: 3 })
  })

  it('that is not there is an error, and nothing is said of its data', async () => {
    const { status, body } = await acme.call('POST', VALIDATE, { url: `${siteUrl}/gone` })
    expect([status, body.status, body.score, body.types]).toEqual([200, 'error', null, []])
    expect(body.errors[0].message).toContain('404')
    const run = await acme.call('GET', `/api/v1/orgs/acme/runs/${body.run_id}`)
    expect(run.body).toMatchObject({ result: 'ERROR', error_category: 'FETCH' })
  })

  it('may be sent along', async () => {
    const { body } = await acme.call('POST', VALIDATE, { url: PAGE, html: pageOf(ARTICLE) })
    expect(body).toMatchObject({ status: 'valid', url: PAGE })
  })
})

describe('a request', () => {
  it.each([
    [{}, 'url', 422],
    [{ url: 'ftp://example.com/' }, 'url', 422],
    [{ url: 'http://169.254.169.254/latest' }, 'url', 422],
    [{ json_ld: 3 }, 'json_ld', 422],
    [{ json_ld: {}, html: '<p>' }, 'html', 422],
    [{ url: PAGE, workflow: 'nobody' }, 'workflow', 422],
    [{ page: PAGE }, 'page', 422],
  ])('%j is refused on %s', async (body, field, expected) => {
    const answer = await acme.call('POST', VALIDATE, body)
    expect([answer.status, answer.body.errors[0].field]).toEqual([expected, field])
  })

  it('is refused for a workflow that judges no pages', async () => {
    const steps = [{ type: 'json-schema', config: { schema: {} } }]
    await acme.call('POST', '/api/v1/workflows', { slug: 'orders', name: 'Orders', steps })
    const { body } = await acme.call('POST', VALIDATE, { url: PAGE, workflow: 'orders' })
    expect(body.errors[0].field).toBe('workflow')
  })

  it('makes the workflow structured-data once, however many come at once', async () => {
    const caller = await api.organization('crowd')
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => caller.call('POST', VALIDATE, { json_ld: ARTICLE })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const { body } = await caller.call('GET', '/api/v1/workflows')
    expect(body.data.map(({ slug }: { slug: string }) => slug)).toEqual(['structured-data'])
  })

  it('is done once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'validate-1' }
    const first = await acme.call('POST', VALIDATE, { json_ld: ARTICLE }, headers)
    const second = await acme.call('POST', VALIDATE, { json_ld: ARTICLE }, headers)
    expect(second.body.run_id).toBe(first.body.run_id)
    expect(second.headers['idempotent-replayed']).toBe('true')
  })
})
