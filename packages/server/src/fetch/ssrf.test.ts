import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import cases from '../../test/fixtures/ssrf-cases.json' with { type: 'json' }
import { startNameServer, type NameServer } from '../../test/support/name-server.ts'
import { http, startRawServer, type RawServer } from '../../test/support/raw-server.ts'
import { systemClock } from '../core/clock.ts'
import { createGuard, type Guard } from '../guard/guard.ts'
import { createResolver } from '../guard/resolver.ts'
import { createPageFetcher } from './page-fetcher.ts'

/** What each name answers, lookup by lookup; the last answer stays. */
const answers = new Map<string, readonly (readonly string[])[]>(
  [...cases.names, ...cases.rebinding, ...cases.allowed].flatMap((entry) =>
    'answers' in entry ? [[new URL(entry.url).hostname.replace(/\.$/, ''), entry.answers] as const] : [],
  ),
)

const REFUSALS = ['url_not_allowed', 'address_denied', 'dns_not_found']

let names: NameServer
let server: RawServer
/** Where the server on this machine redirects to. */
let location = ''
/** The addresses beyond this machine that a socket would have been opened to; tests stay on it. */
const reached: string[] = []
let guard: Guard
beforeAll(async () => {
  names = await startNameServer((name, lookup) => {
    const list = answers.get(name) ?? [[]]
    // A zone has no place in a DNS record; what is left of the address is as bad.
    return (list[Math.min(lookup, list.length - 1)] ?? []).map((address) => address.replace(/%.*/, ''))
  })
  server = await startRawServer({
    onRequest: (socket) => socket.end(http('302 Found', { location })),
  })
  guard = guardBeyond(server.port)
})
afterAll(async () => {
  await names.close()
  await server.close()
})

/** The strict guard of a production server, but for the one port that redirects; it stops before it connects. */
function guardBeyond(port: number): Guard {
  const resolver = createResolver({ servers: [names.address] })
  const strict = createGuard({ allowHttp: true, allowCidr: [], resolver, clock: systemClock })
  const local = createGuard({ allowHttp: true, allowCidr: ['127.0.0.1'], resolver, clock: systemClock })
  return {
    ...strict,
    checkUrl: (url) => (url === start(port) ? local : strict).checkUrl(url),
    open(target, onStage, callback) {
      if (target.port === String(port)) return local.open(target, onStage, callback)
      const stop: () => void = strict.open(
        target,
        (stage, address) => {
          onStage(stage, address)
          if (stage !== 'connecting' || address === null) return
          reached.push(address)
          stop()
          callback(Object.assign(new Error('far enough'), { code: 'ENETUNREACH' }), null)
        },
        callback,
      )
      return stop
    },
  }
}

function start(port: number): string {
  return `http://127.0.0.1:${port}/`
}

/** The code of the failure, and what was reached on the way to it. */
async function fetched(url: string): Promise<{ code: string; reached: string[] }> {
  const pages = createPageFetcher({ guard, clock: systemClock, version: '1', aboutUrl: () => '' })
  const page = await pages.fetch(1, url)
  pages.close()
  return { code: page.ok ? 'fetched' : page.code, reached: reached.splice(0) }
}

const refused: { name: string; url: string; padTo?: number }[] = [
  ...cases.literals,
  ...cases.spellings,
  ...cases.policy,
  ...cases.names,
]

describe('a page that must not be fetched', () => {
  it.each(refused)('$name', async ({ url, padTo = 0 }) => {
    const { code, reached } = await fetched(url.padEnd(padTo, 'a'))
    expect(REFUSALS).toContain(code)
    expect(reached).toEqual([])
  })
})

describe('a redirect that must not be followed', () => {
  // A line break is the end of a header.
  const redirected = refused.filter(({ url }) => !url.includes('\n'))
  it.each([...redirected, ...cases.redirects.map((entry) => ({ ...entry, url: entry.location, padTo: 0 }))])(
    '$name',
    async ({ url, padTo = 0 }) => {
      location = url.padEnd(padTo, 'a')
      const { code, reached } = await fetched(start(server.port))
      expect([...REFUSALS, 'redirect_invalid']).toContain(code)
      expect(reached).toEqual([])
    },
  )
})

describe('a name that changes its answer', () => {
  it.each(cases.rebinding)('$name', async ({ url, answers }) => {
    const outcomes = []
    for (let attempt = 0; attempt < answers.length + 1; attempt++) outcomes.push(await fetched(url))
    const good = answers.slice(0, -1).map((addresses) => ({
      code: 'connection_unreachable',
      reached: addresses,
    }))
    const denied = { code: 'address_denied', reached: [] }
    expect(outcomes).toEqual([...good, denied, denied])
  })
})

describe('what may be fetched, at once and by a redirect', () => {
  it.each(cases.allowed)('$name', async ({ url, answers }) => {
    const address = answers?.[0]?.[0] ?? new URL(url).hostname.replace(/^\[|\]$/g, '')
    location = url
    for (const from of [url, start(server.port)]) {
      expect(await fetched(from)).toEqual({ code: 'connection_unreachable', reached: [address] })
    }
  })
})
