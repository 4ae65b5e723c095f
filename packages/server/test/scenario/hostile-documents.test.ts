import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

// What is handed in is made to be a burden. Each burden has to end as a finding or an ERROR run within the time limit of a
// step, and meanwhile the server goes on: it says that it is healthy, and judges what others bring.

const LIMITS = ['--validator-timeout', '5s', '--validator-memory', '96', '--validator-threads', '2']
/** A page of 9.5 MB. */
const PAGE_ELEMENTS = 180_000

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
let site: Server

interface Burden {
  name: string
  step: { type: string; config: object }
  /** Made when it is sent: some are large. */
  document: () => string
  contentType: string
  ends: string[]
}

const anything = { type: 'json-schema', config: { schema: {} } }
const structuredData = { type: 'structured-data', config: {} }
const xsd =
  '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:string"/></xs:schema>'
const assertion = (expression: string) => ({ type: 'assertions', config: { assertions: [{ expression }] } })
const aliases = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`)
const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`)

const BURDENS: Burden[] = [
  {
    name: 'a regular expression that goes back and forth',
    step: { type: 'json-schema', config: { schema: { pattern: '^(a+)+$' } } },
    document: () => JSON.stringify(`${'a'.repeat(60)}!`),
    contentType: 'text/plain',
    ends: ['TIMED_OUT'],
  },
  {
    name: 'loops in loops of an expression',
    step: assertion('payload.all(x, payload.all(y, payload.all(z, x + y + z >= 0)))'),
    document: () => JSON.stringify(Array.from({ length: 10_000 }, (_, n) => n)),
    contentType: 'text/plain',
    ends: ['TIMED_OUT'],
  },
  {
    name: 'an expression that fills the memory',
    step: assertion('size(payload.map(x, payload.map(y, [x, y]))) == 0'),
    document: () => JSON.stringify(Array.from({ length: 20_000 }, (_, n) => n)),
    contentType: 'text/plain',
    ends: ['ERROR', 'TIMED_OUT'],
  },
  {
    name: 'JSON of two hundred thousand brackets',
    step: anything,
    document: () => `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    contentType: 'text/plain',
    ends: ['PASS', 'ERROR'],
  },
  {
    name: 'JSON-LD of a hundred thousand brackets',
    step: structuredData,
    document: () => `${'{"author":'.repeat(90_000)}1${'}'.repeat(90_000)}`,
    contentType: 'application/ld+json',
    ends: ['FAIL', 'ERROR'],
  },
  {
    name: 'entities of entities',
    step: { type: 'xml-schema', config: { schema: xsd } },
    document: () => `<!DOCTYPE a [<!ENTITY e0 "x">${entities.join('')}]><a>&e9;</a>`,
    contentType: 'application/xml',
    ends: ['FAIL'],
  },
  {
    name: 'aliases of aliases',
    step: anything,
    document: () => `a0: &a0 [x]\n${aliases.join('\n')}\n`,
    contentType: 'application/yaml',
    ends: ['FAIL', 'ERROR'],
  },
  {
    name: 'half a million quotes in a table',
    step: {
      type: 'csv-table',
      config: { schema: { fields: [{ name: 'a', constraints: { pattern: '(a|aa)+' } }] } },
    },
    document: () => `a\n${'"'.repeat(500_001)}`,
    contentType: 'text/csv',
    ends: ['FAIL', 'ERROR'],
  },
]

beforeAll(async () => {
  site = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<div itemscope itemtype="https://schema.org/Product">'.repeat(PAGE_ELEMENTS))
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const key = await makeKey(dataDir.path)
  server = await startServer(dataDir.path, LIMITS)
  api = createApiClient(server.url, key)
  for (const [n, { step }] of [...BURDENS, { step: structuredData }, { step: anything }].entries()) {
    await api.post('/api/v1/workflows', { slug: slugOf(n), name: slugOf(n), steps: [step] })
  }
}, 60_000)

afterAll(async () => {
  site.closeAllConnections()
  site.close()
  await server.end('SIGTERM')
  dataDir.remove()
})

const slugOf = (n: number): string => `workflow-${n}`

/** Of a run, once it has ended: the time limit of a step and the wait behind other burdens are well within what is asked. */
async function resultOf(n: number, document: string, contentType: string): Promise<string> {
  const path = `/api/v1/orgs/default/workflows/${slugOf(n)}/runs/?wait=30`
  const answer = await api.call('POST', path, document, { 'content-type': contentType })
  expect([answer.status, answer.body]).toEqual([
    201,
    expect.objectContaining({ id: expect.any(String) as string }),
  ])
  return (answer.body as { result: string }).result
}

test('every burden ends, and the server goes on meanwhile', async () => {
  const burdens = BURDENS.map(async ({ name, document, contentType, ends }, n) => {
    const result = await resultOf(n, document(), contentType)
    expect([name, ends]).toEqual([name, expect.arrayContaining([result])])
  })
  const { port } = site.address() as AddressInfo
  const page = JSON.stringify({ url: `http://127.0.0.1:${port}/` })
  const ofPage = resultOf(BURDENS.length, page, 'application/vnd.sealpost.submission+json')
  const state = { isOver: false }
  const all = Promise.all([...burdens, ofPage]).finally(() => (state.isOver = true))
  let looks = 0
  do {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect(await resultOf(BURDENS.length + 1, '{"is":"well"}', 'text/plain')).toBe('PASS')
    looks += 1
  } while (!state.isOver)
  await all
  expect(['FAIL', 'ERROR', 'TIMED_OUT']).toContain(await ofPage)
  expect(looks).toBeGreaterThan(0)
}, 120_000)
