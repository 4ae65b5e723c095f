import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { createTestApi, type TestApi, type TestCaller } from '../../test/support/test-api.ts'

const SECRET = 'Xk29fQzL07pWvB3mTn51'
const OTHER = 'elsewhere-9c41d2'
const HIDDEN = new RegExp(`${OTHER}|${SECRET}`)

let api: TestApi
let writer: TestCaller
let reader: TestCaller
let receiver: Server
let origin: string

/** Answers by path, and repeats what it was asked for as many servers do. */
function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  if (url.startsWith('/hooks/')) response.writeHead(301, { location: `${url}/` }).end()
  else if (url.startsWith('/moved'))
    response.writeHead(302, { location: `${origin}/new?token=${OTHER}` }).end()
  else if (url.startsWith('/gone')) response.writeHead(410).end()
  else
    response
      .writeHead(404, { 'x-asked': url })
      .end(`Nothing at ${url}, see https://help.example.com/?key=${OTHER}`)
}

beforeAll(async () => {
  api = await createTestApi()
  receiver = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response))
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  writer = await api.organization('acme', { scopes: ['write'] })
  reader = await api.organization('acme', { scopes: ['read'] })
  await writer.call('POST', '/api/v1/workflows', {
    slug: 'pages',
    name: 'Pages',
    steps: [{ type: 'structured-data' }],
  })
})
afterAll(async () => {
  await api.close()
  await new Promise((resolve) => receiver.close(resolve))
})

async function webhook(path: string, more: object = {}): Promise<string> {
  const { status, body } = await writer.call('POST', '/api/v1/webhooks', {
    url: origin + path,
    events: ['run.completed'],
    ...more,
  })
  expect(status).toBe(201)
  return body.id as string
}

/** Both keys ask for the same. */
async function both(url: string): Promise<{ whole: string; shown: string }> {
  const [whole, shown] = [await writer.call('GET', url), await reader.call('GET', url)]
  expect([whole.status, shown.status]).toEqual([200, 200])
  return { whole: whole.text, shown: shown.text }
}

describe('a key that only reads', () => {
  it.each([
    [`/in?token=${SECRET}`, '/in?token=…'],
    [`/hooks/${SECRET}`, '/hooks/…'],
    [`/in?x=1&sig=${SECRET}&y=2`, '/in?x=1&sig=…&y=2'],
  ])('sees the webhook %s without its credential', async (path, masked) => {
    const id = await webhook(path)
    for (const url of [`/api/v1/webhooks/${id}`, '/api/v1/webhooks']) {
      const { whole, shown } = await both(url)
      expect(whole).toContain(`${origin}${path}`)
      expect(shown).toContain(`${origin}${masked}`)
      expect(shown).not.toContain(SECRET)
    }
  })

  it('sees no credential in what a receiver answered, quoted and redirected to', async () => {
    for (const path of [`/moved?token=${SECRET}`, `/nothing?token=${SECRET}`, `/hooks/${SECRET}`]) {
      const id = await webhook(path)
      const test = await writer.call('POST', `/api/v1/webhooks/${id}/test`, {})
      expect(test.body.delivered).toBe(false)
      expect(test.text).toMatch(HIDDEN)
      const { whole, shown } = await both(`/api/v1/deliveries/${test.body.delivery_id as string}`)
      expect(whole).toMatch(HIDDEN)
      expect(shown).not.toMatch(HIDDEN)
      expect(shown).toContain('…')
      const list = await both(`/api/v1/webhooks/${id}/deliveries`)
      expect(list.shown).not.toMatch(HIDDEN)
    }
  })

  it('sees no credential in static headers, pages, runs and events', async () => {
    const page = `${origin}/page?access_token=${SECRET}`
    const made = await writer.call('POST', '/api/v1/monitors', {
      url: page,
      workflow: 'pages',
      schedule: 'daily',
      name: 'A page',
    })
    expect(made.body.url).toBe(page)
    await webhook('/plain', { headers: { 'X-Reply-To': `https://a.example.com/?key=${SECRET}` } })
    const run = await writer.call('POST', '/api/v1/orgs/acme/workflows/pages/runs/', {
      content: '<p>Nothing</p>',
      content_type: 'text/html',
      url: page,
    })
    const runId = run.body.id as string
    const [eventId] = (await writer.call('GET', `/api/v1/orgs/acme/runs/${runId}/`)).body.events as string[]
    const places = [
      '/api/v1/monitors',
      `/api/v1/monitors/${made.body.id as string}`,
      '/api/v1/webhooks',
      `/api/v1/orgs/acme/runs/${runId}/`,
      `/orgs/acme/runs/${runId}/`,
      `/api/v1/events/${eventId!}`,
      `/api/v1/score-history?url=${encodeURIComponent(page)}`,
    ]
    for (const place of places) {
      const { shown } = await both(place)
      expect(shown, place).not.toContain(SECRET)
    }
    expect((await writer.call('GET', `/api/v1/orgs/acme/runs/${runId}/`)).text).toContain(SECRET)
  })

  it('sees numbers in bodies as they were written', async () => {
    await writer.call('POST', '/api/v1/event-types', { type: 'order.paid', description: 'Paid' })
    const posted = await writer.call(
      'POST',
      '/api/v1/events',
      '{"type":"order.paid","data":{"total":1.10,"link":"https://a.example/?token=abcdef123"}}',
    )
    expect(posted.status).toBeLessThan(300)
    const id = (posted.body.id ?? posted.body.data?.[0]?.id) as string
    const { whole, shown } = await both(`/api/v1/events/${id}`)
    expect(whole).toContain('"total":1.10,"link":"https://a.example/?token=abcdef123"')
    expect(shown).toContain('"total":1.10,"link":"https://a.example/?token=…"')
  })
})

it('other receivers hear of a webhook without its credential', async () => {
  const id = await webhook(`/gone?token=${SECRET}`, { events: ['run.completed'] })
  await writer.call('POST', '/api/v1/orgs/acme/workflows/pages/results', { result: 'PASS' })
  const list = await eventually(
    () => writer.call('GET', '/api/v1/events?limit=200'),
    ({ body }) => disabledEvent(body, id) !== undefined,
  )
  const told = await writer.call('GET', `/api/v1/events/${disabledEvent(list.body, id) ?? ''}`)
  expect(told.body.body.data).toMatchObject({ webhook_id: id, url: `${origin}/gone?token=…` })
  expect(told.text).not.toContain(SECRET)
  expect(api.log.join('')).not.toContain(SECRET)
})

function disabledEvent(
  { data }: { data: { id: string; type: string; key: string | null }[] },
  webhookId: string,
): string | undefined {
  return data.find(({ type, key }) => type === 'webhook.disabled' && key === webhookId)?.id
}
