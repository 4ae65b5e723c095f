import type { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHandClock } from '../../test/support/hand-clock.ts'
import { startNameServer } from '../../test/support/name-server.ts'
import { createPageWorld, HTML, urlOf } from '../../test/support/page-world.ts'
import { http } from '../../test/support/raw-server.ts'
import { systemClock } from '../core/clock.ts'
import { createGuard } from '../guard/guard.ts'
import { createResolver } from '../guard/resolver.ts'

const WAIT = { timeout: 60_000 }

const { fetcher, opens, serve, closeAll } = createPageWorld()
afterEach(closeAll)

describe('one page at a time from a host', () => {
  it('others wait, and their wait is not held against them', async () => {
    const waiting: Socket[] = []
    const server = await serve({ onRequest: (socket) => waiting.push(socket) })
    const clock = createHandClock()
    const pages = fetcher({ clock, deadlineMs: 300 })
    const first = pages.fetch(1, urlOf(server, '/1'))
    const second = pages.fetch(1, urlOf(server, '/2'))
    await vi.waitFor(() => expect(waiting).toHaveLength(1), WAIT)
    clock.pass(300)
    expect(await first).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(waiting).toHaveLength(2), WAIT)
    waiting[1]?.end(http('200 OK', HTML, 'two'))
    expect(await second).toMatchObject({ ok: true })
    expect((await second).durationMs).toBe(0)
  })

  it('one that waits too long is told so', async () => {
    const server = await serve({})
    const clock = createHandClock()
    const pages = fetcher({ clock, deadlineMs: 1_000, waitMsMax: 50 })
    const first = pages.fetch(1, urlOf(server))
    const second = pages.fetch(1, urlOf(server))
    await vi.waitFor(() => expect(clock.waiting()).toContain(50), WAIT)
    clock.pass(50)
    expect(await second).toMatchObject({
      code: 'host_busy',
      durationMs: 0,
      status: null,
    })
    pages.close()
    await first
  })

  it('two that lead to each other’s host do not wait for each other', async () => {
    const names = await startNameServer(() => ['127.0.0.1'])
    opens(names)
    const waiting: Socket[] = []
    const server = await serve({ onRequest: (socket) => waiting.push(socket) })
    const guard = createGuard({
      allowHttp: true,
      allowCidr: ['127.0.0.1'],
      resolver: createResolver({ servers: [names.address] }),
      clock: systemClock,
    })
    const [a, b] = ['a', 'b'].map((name) => `http://${name}.example.com:${server.port}/`)
    const pages = fetcher({ guard })
    const both = [a, b].map((url) => pages.fetch(1, url ?? ''))
    await vi.waitFor(() => expect(waiting).toHaveLength(2), WAIT)
    const [hostOfFirst] = /\w(?=\.example\.com)/.exec(server.received) ?? []
    for (const [index, socket] of waiting.splice(0).entries()) {
      const isA = (hostOfFirst === 'a') === (index === 0)
      socket.end(http('302 Found', { location: (isA ? b : a) ?? '' }))
    }
    await vi.waitFor(() => expect(waiting).toHaveLength(2), WAIT)
    for (const socket of waiting) socket.end(http('200 OK', HTML, 'there'))
    expect(await Promise.all(both)).toMatchObject([
      { ok: true, url: b },
      { ok: true, url: a },
    ])
  })
})

describe('a page that nobody wants any more', () => {
  it('is let go of, and the host’s turn goes to the next', async () => {
    const waiting: Socket[] = []
    let closed = 0
    const server = await serve({
      onConnection: (socket) => socket.on('close', () => (closed += 1)),
      onRequest: (socket) => waiting.push(socket),
    })
    const pages = fetcher()
    const [first, second] = [new AbortController(), new AbortController()]
    const fetches = [first, second].map(({ signal }) => pages.fetch(1, urlOf(server), signal))
    const third = pages.fetch(1, urlOf(server))
    await vi.waitFor(() => expect(waiting).toHaveLength(1), WAIT)
    second.abort()
    expect(await fetches[1]).toMatchObject({ code: 'cancelled' })
    first.abort()
    expect(await fetches[0]).toMatchObject({ code: 'cancelled' })
    await vi.waitFor(() => expect([waiting.length, closed]).toEqual([2, 1]), WAIT)
    waiting[1]?.end(http('200 OK', HTML, 'there'))
    expect(await third).toMatchObject({ ok: true })
  })

  it('is not asked for at all when it was wanted no more before', async () => {
    const server = await serve({})
    expect(await fetcher().fetch(1, urlOf(server), AbortSignal.abort())).toMatchObject({ code: 'cancelled' })
    expect(server.connections).toBe(0)
  })
})

describe('closing', () => {
  it('starts nothing more, not even at a redirect within one host', async () => {
    const server = await serve({
      onRequest: (socket) => socket.end(http('302 Found', { location: '/2' })),
    })
    const guard = createGuard({
      allowHttp: true,
      allowCidr: ['127.0.0.1'],
      resolver: createResolver(),
      clock: systemClock,
    })
    const pages = fetcher({
      guard: {
        ...guard,
        checkUrl(url) {
          if (url.endsWith('/2')) pages.close()
          return guard.checkUrl(url)
        },
      },
    })
    expect(await pages.fetch(1, urlOf(server))).toMatchObject({ code: 'server_stopping' })
    expect(server.connections).toBe(1)
  })

  it('ends what is under way and what waits, and answers what comes', async () => {
    let closed = 0
    const server = await serve({ onConnection: (socket) => socket.on('close', () => (closed += 1)) })
    const pages = fetcher()
    const fetches = [pages.fetch(1, urlOf(server)), pages.fetch(1, urlOf(server))]
    await vi.waitFor(() => expect(server.connections).toBe(1), WAIT)
    pages.close()
    pages.close()
    const failures = await Promise.all([...fetches, pages.fetch(1, urlOf(server))])
    for (const failure of failures) {
      expect(failure).toMatchObject({
        code: 'server_stopping',
        message: 'This server was told to stop before the page had arrived.',
      })
    }
    await vi.waitFor(() => expect(closed).toBe(1), WAIT)
    expect(server.connections).toBe(1)
  })
})
