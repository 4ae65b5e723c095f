import { describe, expect, it } from 'vitest'
import { verifyFetchRequest } from '../fetch.ts'
import { signFixture } from '../testing.ts'

const SECRET = 'test-only passphrase'
const BODY = '{"type":"order.shipped","timestamp":"2025-10-09T08:53:20Z","data":{"note":"größe"}}'

function request(body: ReadableStream | string | null = BODY, signed = BODY): Request {
  const headers = signFixture({ secret: SECRET, body: signed, dialect: 'standard' })
  const streaming = body instanceof ReadableStream ? { duplex: 'half' as const } : {}
  return new Request('https://receiver.example/hooks', { method: 'POST', headers, body, ...streaming })
}

function streamOf(...chunks: string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk))
      controller.close()
    },
  })
}

describe('verifyFetchRequest', () => {
  it('verifies a request', async () => {
    expect(await verifyFetchRequest(request(), { secret: SECRET })).toMatchObject({ ok: true, scheme: 'v1' })
  })

  it('verifies a body that comes in pieces', async () => {
    const pieces = request(streamOf(BODY.slice(0, 10), '', BODY.slice(10)))
    expect(await verifyFetchRequest(pieces, { secret: SECRET })).toMatchObject({ ok: true })
  })

  it('takes a body of exactly the limit, and none that is longer', async () => {
    const lengthBytes = Buffer.byteLength(BODY)
    const exact = await verifyFetchRequest(request(), { secret: SECRET, bodyLimitBytes: lengthBytes })
    expect(exact).toMatchObject({ ok: true })
    for (const bodyLimitBytes of [lengthBytes - 1, 0, Number.NaN]) {
      const longer = await verifyFetchRequest(request(), { secret: SECRET, bodyLimitBytes })
      expect(longer).toMatchObject({ ok: false, reason: 'body_too_large' })
    }
  })

  it('says that the body was read before', async () => {
    const used = request()
    await used.json()
    expect(await verifyFetchRequest(used, { secret: SECRET })).toMatchObject({
      ok: false,
      reason: 'body_parsed',
    })
    const locked = request()
    locked.body?.getReader()
    expect(await verifyFetchRequest(locked, { secret: SECRET })).toMatchObject({
      ok: false,
      reason: 'body_parsed',
    })
  })

  it('takes no body for an empty one', async () => {
    const result = await verifyFetchRequest(request(null, ''), { secret: SECRET })
    expect(result).toMatchObject({ ok: false, reason: 'malformed_body' })
  })

  it('does not reject when the body breaks off or the request is none', async () => {
    const broken = request(
      new ReadableStream({ start: (controller) => controller.error(new Error('reset')) }),
    )
    expect(await verifyFetchRequest(broken, { secret: SECRET })).toMatchObject({
      reason: 'unreadable_request',
    })
    expect(await verifyFetchRequest(undefined as never, { secret: SECRET })).toMatchObject({
      reason: 'unreadable_request',
    })
  })
})
