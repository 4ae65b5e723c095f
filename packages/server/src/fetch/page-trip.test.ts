import { afterEach, describe, expect, it } from 'vitest'
import { createSelfSigned } from '../../test/support/certificate.ts'
import { createPageWorld, HTML, urlOf } from '../../test/support/page-world.ts'
import { http, startRawServer } from '../../test/support/raw-server.ts'
import { systemClock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { createGuard } from '../guard/guard.ts'
import { createResolver } from '../guard/resolver.ts'

const { answering, fetcher, fetchFrom, opens, closeAll } = createPageWorld()
afterEach(closeAll)

describe('redirects', () => {
  it('are followed, relative ones too', async () => {
    const target = await answering(http('200 OK', HTML, 'there'))
    const server = await answering(
      http('301 Moved Permanently', { location: '../b?x=1' }),
      http('303 See Other', { location: urlOf(target, '/c#part') }),
    )
    expect(await fetcher().fetch(1, urlOf(server, '/a/b'))).toMatchObject({
      ok: true,
      url: urlOf(target, '/c'),
      content: Buffer.from('there'),
      redirects: 2,
    })
    expect(server.received.match(/^GET .*$/gm)).toEqual(['GET /a/b HTTP/1.1', 'GET /b?x=1 HTTP/1.1'])
  })

  it('are followed so many times', async () => {
    const moved = (place: number): string => http('302 Found', { location: `/${place}` })
    const page = http('200 OK', HTML, 'there')
    const far = await answering(moved(1), moved(2), moved(3), moved(4), moved(5), page)
    expect(await fetcher().fetch(1, urlOf(far))).toMatchObject({
      ok: true,
      redirects: LIMITS.pageRedirectsMax,
    })

    const round = await answering(http('302 Found', { location: '/' }))
    expect(await fetcher().fetch(1, urlOf(round))).toMatchObject({
      code: 'too_many_redirects',
      status: 302,
      message: expect.stringContaining('After 5 redirects there was still no page.'),
    })
    expect(round.connections).toBe(LIMITS.pageRedirectsMax + 1)
  })

  it.each([
    ['HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n', 'did not name one address'],
    ['HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\n\r\n', 'did not name one address'],
    [
      'HTTP/1.1 302 Found\r\nlocation: http://[::1\r\n\r\n',
      'redirects to "http://[::1" (302), which is not a URL',
    ],
  ])('%j leads nowhere', async (answer, message) => {
    expect(await fetchFrom(answer)).toMatchObject({
      code: 'redirect_invalid',
      status: 302,
      message: expect.stringContaining(message),
    })
  })

  it('lead from https to http only where http is allowed', async () => {
    const authority = createSelfSigned({ names: ['127.0.0.1'] })
    const plain = await answering(http('200 OK', HTML, 'there'))
    const secure = await startRawServer(
      { onRequest: (socket) => socket.end(http('302 Found', { location: urlOf(plain) })) },
      authority,
    )
    opens(secure)
    const guardOf = (allowHttp: boolean) =>
      createGuard({
        allowHttp,
        allowCidr: ['127.0.0.1'],
        resolver: createResolver(),
        clock: systemClock,
        ca: authority.cert,
      })
    const url = `https://127.0.0.1:${secure.port}/`
    expect(await fetcher({ guard: guardOf(true) }).fetch(1, url)).toMatchObject({
      ok: true,
      url: urlOf(plain),
    })
    expect(await fetcher({ guard: guardOf(false) }).fetch(1, url)).toMatchObject({
      code: 'url_not_allowed',
      url: urlOf(plain),
      status: null,
      message: `The page redirects to ${urlOf(plain)}. The URL is not allowed: it begins with http: instead of https:. An operator can allow it with --allow-http.`,
    })
    expect(plain.connections).toBe(1)
  })
})
