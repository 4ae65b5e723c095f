import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

// Bodies are written out: JavaScript would write another number.
const ID = '175928847299117063'
const NEIGHBOUR = '175928847299117056'

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
let key: string
beforeAll(async () => {
  server = await startServer(dataDir.path)
  key = await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
  const schema = `{"properties":{"id":{"maximum":9007199254740992},"ids":{"uniqueItems":true},"k":{"enum":[${ID}]}}}`
  await send(
    '/api/v1/workflows',
    `{"slug":"exact","name":"Exact","steps":[
      {"type":"json-schema","config":{"schema":${schema}}},
      {"type":"assertions","config":{"assertions":[
        {"expression":"!has(payload.k) || payload.k != ${NEIGHBOUR}"},
        {"expression":"!has(payload.nothing) || payload.nothing == null"}
      ]}}]}`,
  )
})
afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

async function send(path: string, body: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, body: answer } = await api.call('POST', path, body)
  return { status, body: answer as Record<string, unknown> }
}

/** The answer's text, in which every digit counts. */
async function textOf(path: string): Promise<string> {
  return (await fetch(`${server.url}${path}`, { headers: { 'x-api-key': key } })).text()
}

it('a filter tells an id of 64 bits from its neighbour', async () => {
  await send('/api/v1/event-types', '{"type":"charge.made","description":"A charge."}')
  await send(
    '/api/v1/webhooks',
    `{"url":"http://127.0.0.1:9/","events":["charge.made"],"enabled":false,"filter":"data.id == ${ID}"}`,
  )
  const publish = (id: string) => send('/api/v1/events', `{"type":"charge.made","data":{"id":${id}}}`)
  expect((await publish(ID)).body).toMatchObject({ deliveries: 1 })
  expect((await publish(NEIGHBOUR)).body).toMatchObject({ deliveries: 0 })
})

it('the schema of an event type is kept, shown and enforced as it was written', async () => {
  const schema = `{"type":"object","properties":{"id":{"const":${ID}},"price":{"multipleOf":0.01}}}`
  await send('/api/v1/event-types', `{"type":"order.paid","description":"Paid.","schema":${schema}}`)
  expect(await textOf('/api/v1/event-types/order.paid')).toContain(`"const":${ID}`)
  const publish = (data: string) => send('/api/v1/events', `{"type":"order.paid","data":${data}}`)
  expect((await publish(`{"id":${ID},"price":19.99}`)).status).toBe(202)
  const refused = await publish(`{"id":${NEIGHBOUR},"price":19.99}`)
  expect(refused.status).toBe(422)
  expect(JSON.stringify(refused.body)).toContain(`must be ${ID}`)
  expect((await publish(`{"id":${ID},"price":19.995}`)).status).toBe(422)
})

it('a workflow judges documents by the numbers that were written', async () => {
  const judge = async (document: string): Promise<unknown> =>
    (await send('/api/v1/orgs/default/workflows/exact/runs/', document)).body['result']
  expect(await judge(`{"id":9007199254740992,"ids":[9007199254740992,9007199254740993],"k":${ID}}`)).toBe(
    'PASS',
  )
  expect(await judge('{"id":9007199254740993}')).toBe('FAIL')
  expect(await judge(`{"k":${NEIGHBOUR}}`)).toBe('FAIL')
  expect(await judge('{"nothing":null}')).toBe('PASS')
})

it('what a submission is labelled with keeps its numbers', async () => {
  const envelope = `{"content":{"id":1},"metadata":{"build":${ID}}}`
  const { body } = await send('/api/v1/orgs/default/workflows/exact/runs/', envelope)
  expect(await textOf(`/api/v1/orgs/default/runs/${String(body['id'])}/`)).toContain(`"build":${ID}`)
})
