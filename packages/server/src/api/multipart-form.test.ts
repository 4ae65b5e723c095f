import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../test/support/test-api.ts'

const BOUNDARY = 'b'
const HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n`
const TAIL = `\r\n--${BOUNDARY}--\r\n`

let api: TestApi
let acme: TestCaller
let url: string
// One connection at a time, kept alive: a request that left it unusable would stop the next one.
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  await acme.call('POST', '/api/v1/workflows', {
    slug: 'any',
    name: 'Any',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  url = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  agent.destroy()
  await api.close()
})

/** Sends a form in chunks, without saying beforehand how long it is; resolves with the status. */
function submit(document: string | Buffer, close = TAIL): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/api/v1/orgs/acme/workflows/any/runs?wait=30`,
      {
        method: 'POST',
        agent,
        headers: { 'x-api-key': acme.key, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0))
      },
    )
    outgoing.on('error', reject)
    outgoing.write(HEAD)
    outgoing.write(document)
    outgoing.end(close)
  })
}

describe('a form over a real connection', () => {
  it('may be as large as any body, and a refused one leaves the connection fit for the next', async () => {
    expect(await submit(Buffer.alloc(4 * 1024 * 1024, '1'))).toBe(413)
    expect(await submit('{}')).toBe(201)
    expect(await submit('{}', '')).toBe(400)
    expect(await submit('{}')).toBe(201)
    expect(await submit(`"${'x'.repeat(1024 * 1024 - 2)}"`)).toBe(201)
    expect(await submit(`"${'x'.repeat(1024 * 1024 - 1)}"`)).toBe(413)
  })
})
