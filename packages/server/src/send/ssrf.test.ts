import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import cases from '../../test/fixtures/ssrf-cases.json' with { type: 'json' }
import { startNameServer, type NameServer } from '../../test/support/name-server.ts'
import { http, startRawServer, type RawServer } from '../../test/support/raw-server.ts'
import { systemClock } from '../core/clock.ts'
import { Problem } from '../core/errors.ts'
import { errorCode } from '../guard/error-code.ts'
import { createGuard, type Guard } from '../guard/guard.ts'
import { createResolver } from '../guard/resolver.ts'
import { createHttp1Transport } from './http1/http1-transport.ts'

const PUBLIC = '93.184.215.14'

/** What each name answers, lookup by lookup; the last answer stays. */
const answers = new Map<string, readonly (readonly string[])[]>(
  [...cases.names, ...cases.rebinding, ...cases.allowed, ...cases.policy].flatMap((entry) =>
    'answers' in entry ? [[new URL(entry.url).hostname.replace(/\.$/, ''), entry.answers] as const] : [],
  ),
)

let names: NameServer
let guard: Guard
beforeAll(async () => {
  names = await startNameServer((name, lookup) => {
    const list = answers.get(name) ?? [[]]
    // A zone has no place in a DNS record; what is left of the address is as bad.
    return (list[Math.min(lookup, list.length - 1)] ?? []).map((address) => address.replace(/%.*/, ''))
  })
  guard = createGuard({
    allowHttp: true,
    allowCidr: [],
    resolver: createResolver({ servers: [names.address] }),
    clock: systemClock,
  })
})
afterAll(() => names.close())

/** Goes the way of a delivery up to the socket, and no further: tests stay on this machine. */
function connectTo(url: URL): Promise<{ address: string } | { code: string | undefined }> {
  const { protocol, port } = url
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const giveUp: () => void = guard.open(
      { protocol, hostname, port },
      (stage, address) => {
        if (stage !== 'connecting' || address === null) return
        giveUp()
        resolve({ address })
      },
      (...[error]) => {
        resolve({ code: errorCode(error) })
      },
    )
  })
}

function isAllowedText(url: string): boolean {
  try {
    guard.checkUrl(url)
    return true
  } catch (error) {
    if (error instanceof Problem && error.code === 'url_not_allowed') return false
    throw error
  }
}

describe('a URL that must not be saved', () => {
  const refused: { name: string; url: string; padTo?: number }[] = [
    ...cases.literals,
    ...cases.spellings,
    ...cases.policy,
  ]
  it.each(refused)('$name', ({ url, padTo = 0 }) => {
    expect(isAllowedText(url.padEnd(padTo, 'a'))).toBe(false)
  })
})

describe('an address that must not be connected to, whoever checked the URL', () => {
  it.each([...cases.literals, ...cases.spellings])('$name', async ({ url }) => {
    const parsed = URL.parse(url)
    // A zone is one spelling that the URL parser itself refuses.
    if (parsed === null) expect(url).toContain('%25')
    else expect(await connectTo(parsed)).toEqual({ code: 'address_denied' })
  })

  it.each(cases.names)('$name', async ({ url, answers }) => {
    const code = answers[0]?.length === 0 ? 'dns_not_found' : 'address_denied'
    expect(await connectTo(new URL(url))).toEqual({ code })
  })

  it.each(cases.rebinding)('$name', async ({ url, answers }) => {
    const outcomes = []
    for (let attempt = 0; attempt < answers.length + 1; attempt++)
      outcomes.push(await connectTo(new URL(url)))
    const good = Array(answers.length - 1).fill({ address: PUBLIC })
    expect(outcomes).toEqual([...good, { code: 'address_denied' }, { code: 'address_denied' }])
  })
})

describe('what may be reached', () => {
  it.each(cases.allowed)('$name', async ({ url, answers }) => {
    const checked = guard.checkUrl(url)
    const address = answers?.[0]?.[0] ?? checked.hostname.replace(/^\[|\]$/g, '')
    expect(await connectTo(checked)).toEqual({ address })
  })
})

describe('a redirect is an answer, not an order', () => {
  let server: RawServer
  afterEach(() => server.close())

  it.each(cases.redirects)('$name', async ({ status, location }) => {
    server = await startRawServer({
      onRequest: (socket) => socket.write(http(`${status} Moved`, { location })),
    })
    const local = createGuard({
      allowHttp: true,
      allowCidr: ['127.0.0.1'],
      resolver: createResolver(),
      clock: systemClock,
    })
    const sender = createHttp1Transport({ guard: local, clock: systemClock })
    const report = await sender.send({
      organizationId: 1,
      url: `http://127.0.0.1:${server.port}/`,
      headers: {},
      body: Buffer.from('{}'),
      startedAt: 0,
    })
    await sender.close()
    expect(report).toMatchObject({
      outcome: 'failed',
      statusCode: status,
      error: { code: 'redirect_not_followed' },
    })
    expect(report.error?.message).toContain(location)
    expect(server.received.match(/POST/g)).toHaveLength(1)
  })
})
