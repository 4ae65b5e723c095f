import { afterEach, describe, expect, test } from 'vitest'
import {
  createCountingClock,
  jsonAnswer,
  problemAnswer,
  SCRIPTED_KEY,
  startScripted,
  type Answer,
  type Scripted,
} from '../../../test/support/scripted-api.ts'
import { LIMITS } from '../../core/limits.ts'
import { systemRandom } from '../../core/random.ts'
import { createRemoteClient, retryWaitMs, type RemoteClient } from './client.ts'
import type { RemoteRequest } from './exchange.ts'
import { InterruptedError, RemoteError } from './remote-error.ts'

const started: Scripted[] = []
afterEach(async () => {
  for (const one of started.splice(0)) await one.close()
})

async function scripted(answers: readonly Answer[], timeoutMs?: number): Promise<Scripted> {
  const one = await startScripted(answers, timeoutMs)
  started.push(one)
  return one
}

const fine = jsonAnswer(200, { fine: true })
const reset: Answer = (response) => void response.socket?.resetAndDestroy()

const get: RemoteRequest = { method: 'GET', path: '/api/v1/x', timeoutMs: 5_000 }

async function errorOf(client: RemoteClient, request = get): Promise<RemoteError> {
  const error: unknown = await client.send(request).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RemoteError)
  return error as RemoteError
}

describe('a request is made again', () => {
  test.each([
    { name: 'a broken connection', answer: reset },
    { name: '429', answer: problemAnswer(429, 'rate_limited') },
    { name: '503', answer: problemAnswer(503, 'overloaded') },
    { name: 'what a proxy says of a server that starts', answer: jsonAnswer(502, 'bad gateway') },
  ])('after $name', async ({ answer }) => {
    const { client, requests, waits, notes } = await scripted([answer, answer, fine])
    expect(await client.send(get)).toEqual({ fine: true })
    expect(requests).toHaveLength(3)
    expect(waits).toHaveLength(2)
    expect(notes[0]).toMatch(/Trying again in \d+ s/)
  })

  test('no sooner than Retry-After says', async () => {
    const { client, waits } = await scripted([
      problemAnswer(503, 'shutting_down', { 'retry-after': '7' }),
      fine,
    ])
    await client.send(get)
    expect(waits).toEqual([7_000])
  })

  test('but not when the time is over before', async () => {
    const { client, requests } = await scripted(
      [problemAnswer(429, 'rate_limited', { 'retry-after': '7' }), fine],
      6_000,
    )
    expect((await errorOf(client)).message).toContain('rate_limited: it is rate_limited')
    expect(requests).toHaveLength(1)
  })

  test('and not for ever', async () => {
    const { client, requests } = await scripted([problemAnswer(503, 'overloaded')])
    await errorOf(client)
    expect(requests).toHaveLength(LIMITS.clientAttemptsMax)
  })

  test.each([400, 401, 403, 404, 409, 413, 422, 500, 507])('but never after %i', async (status) => {
    const { client, requests } = await scripted([problemAnswer(status, 'no'), fine])
    await errorOf(client)
    expect(requests).toHaveLength(1)
  })
})

test('waits double, and half of each is chance', () => {
  const at = (fraction: number) => ({ ...systemRandom, fraction: () => fraction })
  expect([1, 2, 3, 9].map((attempt) => retryWaitMs(attempt, null, at(0)))).toEqual([250, 500, 1_000, 5_000])
  expect([1, 2, 3, 9].map((attempt) => retryWaitMs(attempt, null, at(1)))).toEqual([
    500, 1_000, 2_000, 10_000,
  ])
})

describe('what is wrong is told in words', () => {
  test('several fields: each of them', async () => {
    const errors = [
      { field: 'a', message: 'Must be b.' },
      { field: 'c', message: 'Must be d.\u001b[2J' },
    ]
    const { client } = await scripted([jsonAnswer(422, { detail: 'x', code: 'invalid_request', errors })])
    const { message } = await errorOf(client)
    expect(message).toContain('a: Must be b. c: Must be d.\\u001b[2J')
    expect(message).not.toContain('\u001b')
  })

  test('a redirect is not followed, since the key would go with it', async () => {
    const { client, requests } = await scripted([
      (response) => void response.writeHead(307, { location: 'http://other.example/' }).end(),
    ])
    expect((await errorOf(client)).message).toContain('http://other.example/')
    expect(requests).toHaveLength(1)
  })

  test('an answer that is not of Sealpost', async () => {
    const page: Answer = (response) => void response.writeHead(200).end('<html>')
    const { client } = await scripted([page])
    expect((await errorOf(client)).message).toContain('Check --server')
  })

  test('an answer without end is cut off', async () => {
    const flood: Answer = (response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      const write = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', write)
      }
      write()
    }
    const { client } = await scripted([flood])
    expect((await errorOf(client)).message).toContain(`${LIMITS.clientAnswerBytesMax} bytes`)
  })

  test('a server that takes the request and says nothing', async () => {
    const { client } = await scripted([() => undefined], 1)
    expect((await errorOf(client, { ...get, timeoutMs: 50 })).message).toContain('did not answer in time')
  })

  test('nobody there, and a port that speaks no TLS', async () => {
    const { client } = await scripted([fine], 1)
    const { server } = client.settings
    const parts = {
      clock: createCountingClock([]),
      random: systemRandom,
      stop: new AbortController().signal,
      timeoutMs: 1,
    }
    const at = (address: string) =>
      createRemoteClient({ ...client.settings, server: address }, { ...parts, note: () => undefined })
    expect((await errorOf(at(server.replace('http:', 'https:')))).message).toContain('no secure connection')
    await started.pop()?.close()
    expect((await errorOf(at(server))).message).toContain('nothing listens there (ECONNREFUSED)')
  })

  test('the key stands in the header, and in no message', async () => {
    const { client, requests } = await scripted([problemAnswer(401, 'unauthorized')])
    expect((await errorOf(client)).message).not.toContain(SCRIPTED_KEY)
    expect(requests[0]?.headers['x-api-key']).toBe(SCRIPTED_KEY)
  })
})

test('a stop ends a request and a pause', async () => {
  const { client, stop } = await scripted([() => stop.abort()])
  await expect(client.send(get)).rejects.toBeInstanceOf(InterruptedError)
  await expect(client.pause(1_000)).rejects.toBeInstanceOf(InterruptedError)
})
