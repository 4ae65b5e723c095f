import type { Socket } from 'node:net'
import { systemClock } from '../../src/core/clock.ts'
import { createPageFetcher, type PageFetcher, type PageFetcherOptions } from '../../src/fetch/page-fetcher.ts'
import type { FetchedPage, FetchFailure } from '../../src/fetch/page.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { createResolver } from '../../src/guard/resolver.ts'
import { startRawServer, type RawBehaviour, type RawServer } from './raw-server.ts'

export const HTML = { 'content-type': 'text/html; charset=utf-8' }

/** Servers on this machine and fetchers that may reach them. All are closed by `closeAll`. */
export function createPageWorld() {
  const opened: { close(): unknown }[] = []

  function opens<Part extends { close(): unknown }>(part: Part): Part {
    opened.push(part)
    return part
  }

  const serve = async (behaviour: RawBehaviour): Promise<RawServer> => opens(await startRawServer(behaviour))

  /** Answers the first request with the first answer, and so on; the last one stays. */
  const answering = (...answers: (string | Buffer)[]): Promise<RawServer> =>
    serve({
      onRequest: (socket, index) => socket.end(answers[Math.min(index, answers.length - 1)] ?? ''),
    })

  const fetcher = (options: Partial<PageFetcherOptions> = {}): PageFetcher =>
    opens(
      createPageFetcher({
        guard: createGuard({
          allowHttp: true,
          allowCidr: ['127.0.0.0/8'],
          resolver: createResolver(),
          clock: systemClock,
        }),
        clock: systemClock,
        version: '1.2.3',
        aboutUrl: () => 'https://sealpost.example.com',
        ...options,
      }),
    )

  /** What a fetcher makes of a server that answers so. */
  async function fetchFrom(
    answer: string | Buffer | ((socket: Socket) => unknown),
    options: Partial<PageFetcherOptions> = {},
  ): Promise<FetchedPage | FetchFailure> {
    const server = typeof answer === 'function' ? await serve({ onRequest: answer }) : await answering(answer)
    return fetcher(options).fetch(1, urlOf(server))
  }

  async function closeAll(): Promise<void> {
    for (const part of opened.splice(0).reverse()) await part.close()
  }

  return { opens, serve, answering, fetcher, fetchFrom, closeAll }
}

export function urlOf(server: RawServer, path = '/'): string {
  return `http://127.0.0.1:${server.port}${path}`
}
