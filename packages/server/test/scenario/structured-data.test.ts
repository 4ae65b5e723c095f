import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

// Documents that other validators are known to misjudge, handed in as a user does. Each is one of its kind.

const FIXTURES = new URL('../fixtures/structured-data/', import.meta.url)
const CONTENT_TYPES = new Map([
  ['html', 'text/html'],
  ['xhtml', 'application/xhtml+xml'],
  ['jsonld', 'application/ld+json'],
])

interface Run {
  result: string
  findings: {
    severity: string
    code: string
    message: string
    property: string | null
    line: number | null
    column: number | null
  }[]
  schemas: { type: string; properties: { name: string }[] }[]
}

const dataDir = makeDataDir()
let server: ServerProcess
let key: string

beforeAll(async () => {
  server = await startServer(dataDir.path, [])
  key = await makeKey(dataDir.path)
  const api: ApiClient = createApiClient(server.url, key)
  const steps = [{ type: 'structured-data', config: {} }]
  await api.post('/api/v1/workflows', { slug: 'data', name: 'Data', steps })
})
afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

/** The file goes as it is, byte by byte. */
async function runOf(file: string): Promise<Run> {
  const contentType = CONTENT_TYPES.get(file.slice(file.lastIndexOf('.') + 1)) ?? ''
  const answer = await fetch(`${server.url}/api/v1/orgs/default/workflows/data/runs/?wait=30`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': contentType },
    body: readFileSync(new URL(file, FIXTURES)),
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Run
}

/** `Type: property, property` of each type that was seen. */
function seenIn({ schemas }: Run): string[] {
  return schemas.map(({ type, properties }) =>
    [type, properties.map(({ name }) => name).join(', ')].filter((part) => part !== '').join(': '),
  )
}

/** What is wrong: `code property`, errors with a `!`. */
function wrongIn({ findings }: Run): string[] {
  return findings.map(
    ({ severity, code, property }) =>
      `${code}${property === null ? '' : ` ${property}`}${severity === 'error' ? '!' : ''}`,
  )
}

describe('a page is what browsers make of it', () => {
  it.each([
    ['microdata-no-space.html', 'PASS', ['Brand: name'], []],
    ['self-closed-script.html', 'FAIL', [], ['no_structured_data!']],
    ['misnested-span.html', 'PASS', ['Brand: description, name'], []],
    ['double-escaped-script.html', 'FAIL', [], ['json_syntax!']],
    ['base-href.html', 'PASS', ['Brand: name'], []],
    ['template.html', 'PASS', ['Brand: name'], []],
    ['minified.html', 'PASS', ['Brand: image, name, url'], []],
    ['foster-parented.html', 'PASS', ['Brand: name', 'Person: name'], ['recommended url']],
    ['adopted.html', 'FAIL', ['Brand: description'], ['required name!']],
    ['item-type-without-scope.html', 'PASS', ['Brand: name'], []],
    ['page.xhtml', 'PASS', ['Brand: name'], []],
    ['unclosed.xhtml', 'FAIL', ['Brand: name'], ['xml_syntax!']],
  ])('%s: %s', async (file, result, seen, wrong) => {
    const run = await runOf(file)
    expect([run.result, seenIn(run), wrongIn(run)]).toEqual([result, seen, wrong])
  })
})

describe('a page is in the encoding that browsers take it for', () => {
  it.each([
    ['late-meta.html', 'näme'],
    ['no-encoding.html', 'näme'],
    ['late-pragma.html', 'имя'],
  ])('%s', async (file, property) => {
    const run = await runOf(file)
    expect([run.result, wrongIn(run)]).toEqual(['PASS', [`unknown_property ${property}`]])
  })
})
