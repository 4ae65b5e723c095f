import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

// Documents that validators are known to judge wrongly, each through a running server.

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
beforeAll(async () => {
  server = await startServer(dataDir.path)
  api = createApiClient(server.url, await makeKey(dataDir.path))
})
afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

interface Step {
  type: string
  config: object
}

let workflows = 0

async function workflowOf(steps: readonly Step[]): Promise<string> {
  const slug = `case-${(workflows += 1)}`
  await api.post('/api/v1/workflows', { slug, name: slug, steps })
  return `/api/v1/orgs/default/workflows/${slug}/runs/`
}

/** The result, and the codes of what was found. */
async function judge(path: string, document: string, contentType = 'application/json'): Promise<string> {
  const { body } = await api.call('POST', path, document, { 'content-type': contentType })
  const { result, findings } = body as { result: string; findings: { code: string }[] }
  return [result, ...findings.map(({ code }) => code)].join(' ')
}

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema'

describe('json-schema', () => {
  const b = {
    $id: 'b.json',
    $defs: { inner: { properties: { bar: { type: 'string' } } } },
    $ref: '#/$defs/inner',
  }
  it.each<[string, object, [document: string, verdict: string][]]>([
    [
      'cents are multiples of a cent',
      { properties: { price: { type: 'number', multipleOf: 0.01 } } },
      [
        ['{"price":19.99}', 'PASS'],
        ['{"price":19.995}', 'FAIL multipleOf'],
      ],
    ],
    [
      'an if without then has looked at its properties',
      {
        $schema: DRAFT_2020,
        if: { properties: { kind: { const: 'a' } }, required: ['kind'] },
        unevaluatedProperties: false,
      },
      [
        ['{"kind":"a"}', 'PASS'],
        ['{"kind":"b"}', 'FAIL unevaluatedProperties'],
      ],
    ],
    [
      'what stands beside $ref is ignored before 2019-09',
      {
        $schema: DRAFT_07,
        definitions: { s: { type: 'string' } },
        properties: { a: { $ref: '#/definitions/s', maxLength: 1 } },
      },
      [
        ['{"a":"abc"}', 'PASS'],
        ['{"a":1}', 'FAIL type'],
      ],
    ],
    [
      'patterns of old drafts may be of the older grammar',
      { $schema: DRAFT_07, type: 'string', pattern: '^[\\w-.]+\\-x$' },
      [
        ['"a.b-x"', 'PASS'],
        ['"a b-x"', 'FAIL pattern'],
      ],
    ],
    [
      'addresses are relative to the $id around them',
      {
        $schema: DRAFT_2020,
        $id: 'http://x.example/a.json',
        properties: { foo: { $ref: 'b.json' } },
        $defs: { b },
      },
      [
        ['{"foo":{"bar":"x"}}', 'PASS'],
        ['{"foo":{"bar":1}}', 'FAIL type'],
      ],
    ],
    [
      '$dynamicRef leads to the outermost schema',
      {
        $id: 'strict',
        $dynamicAnchor: 'node',
        $ref: 'tree',
        unevaluatedProperties: false,
        $defs: {
          tree: {
            $id: 'tree',
            $dynamicAnchor: 'node',
            properties: { below: { items: { $dynamicRef: '#node' } } },
          },
        },
      },
      [
        ['{"below":[{"below":[]}]}', 'PASS'],
        ['{"below":[{"bellow":[]}]}', 'FAIL unevaluatedProperties'],
      ],
    ],
    ['nothing is one of no values', { enum: [] }, [['1', 'FAIL enum']]],
    [
      'an object with a member toString is compared like any other',
      { enum: [{ toString: 1 }, 'a'] },
      [
        ['{"toString":1}', 'PASS'],
        ['{"toString":2}', 'FAIL enum'],
      ],
    ],
  ])('%s', async (_, schema, documents) => {
    const path = await workflowOf([{ type: 'json-schema', config: { schema } }])
    for (const [document, verdict] of documents) expect(await judge(path, document)).toBe(verdict)
  })

  it('the schemas of one workflow refer to each other by $id', async () => {
    const address = { $id: 'https://a.example/address.json', properties: { city: { type: 'string' } } }
    const order = { properties: { to: { $ref: 'https://a.example/address.json' } } }
    const path = await workflowOf([
      { type: 'json-schema', config: { schema: order } },
      { type: 'json-schema', config: { schema: address } },
    ])
    expect(await judge(path, '{"to":{"city":"Bern"}}')).toBe('PASS')
    expect(await judge(path, '{"to":{"city":1}}')).toBe('FAIL type')
    expect(await judge(path, '{"city":1}')).toBe('FAIL type')
  })

  it('refuses a schema that refers to a host, and asks nobody', async () => {
    let connections = 0
    const listener: Server = createServer(() => (connections += 1)).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    try {
      for (const $schema of [DRAFT_07, DRAFT_2020]) {
        const schema = { $schema, allOf: [{ $ref: `http://127.0.0.1:${port}/a.json` }] }
        const steps = [{ type: 'json-schema', config: { schema } }]
        const answer = await api.call('POST', '/api/v1/workflows', {
          slug: 'refused',
          name: 'Refused',
          steps,
        })
        expect(answer.status).toBe(422)
        expect(JSON.stringify(answer.body)).toContain('never fetched')
      }
      expect(connections).toBe(0)
    } finally {
      listener.close()
    }
  })
})

describe('assertions', () => {
  it.each([
    ['has(payload.k)', '{"k":null}', 'PASS'],
    ['payload.city.matches("^\\\\p{L}+$")', '{"city":"Zürich"}', 'PASS'],
    ['payload.city.matches("^\\\\p{L}+$")', '{"city":"Zürich 1"}', 'FAIL assertion_failed'],
  ])('%s of %s is %s', async (expression, document, verdict) => {
    const path = await workflowOf([{ type: 'assertions', config: { assertions: [{ expression }] } }])
    expect(await judge(path, document)).toBe(verdict)
  })
})

describe('csv-table', () => {
  it.each<[string, object, string, string]>([
    [
      '12.50 Fr.\nFr. 12.50\n100 pcs.\n',
      { type: 'number', bareNumber: false },
      'PASS',
      'units around numbers',
    ],
    ['12.50\nFree\n', { type: 'number', bareNumber: false }, 'FAIL type', 'a word in place of a number'],
    ['Zürich\n', { constraints: { pattern: '\\p{Lu}\\p{L}+' } }, 'PASS', 'classes of characters'],
    ['1\n\n', { constraints: { required: true } }, 'PASS blank_row', 'a blank line at the end'],
    ['\n1\n', { constraints: { required: true } }, 'FAIL required', 'an empty cell'],
  ])('%j by %j is %s: %s', async (rows, field, verdict) => {
    const config = { schema: { fields: [{ name: 'a', ...field }] } }
    const path = await workflowOf([{ type: 'csv-table', config }])
    expect(await judge(path, `a\n${rows}`, 'text/csv')).toBe(verdict)
  })
})
