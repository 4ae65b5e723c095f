import type { FastifyInstance } from 'fastify'
import { Problem } from '../core/errors.ts'
import type { AnyOperation } from './operation.ts'
import { notFound } from './problems/error-handler.ts'

/**
 * Answers what found no route, before its body is read: 405 with `Allow` where the path offers other methods, to the
 * operations and to `pages` (GET only), else 404, which says that the
 * path is unknown. A route for each method that is not offered would do the same, but
 * that is a thousand routes, which cost an idle server 14 MB.
 */
export function refuseUnrouted(
  app: FastifyInstance,
  operations: readonly AnyOperation[],
  pages: readonly string[],
): void {
  const offers = [...operations, ...pages.map((path) => ({ path, method: 'GET' }))].map(
    ({ path, method }) => ({
      segments: segmentsOf(path),
      methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
    }),
  )

  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return
    const asked = segmentsOf(request.url)
    const allowed = offers.filter(({ segments }) => fits(segments, asked)).flatMap(({ methods }) => methods)
    // An offered method has found no route where an id is longer than the router reads.
    if (allowed.includes(request.method)) throw notFound()
    if (allowed.length === 0) throw unknownRoute(request.method, request.url)
    void reply.header('allow', allowed.join(', '))
    throw new Problem(
      'method_not_allowed',
      `${request.method} is not offered here; ${allowed.join(', ')} can be used.`,
    )
  })
}

const PATH_CHARACTERS_SHOWN = 200

/** A path that is nobody's is mostly a slip. It is told apart from an id that names nothing. */
function unknownRoute(method: string, url: string): Problem {
  const path = url.replace(/\?.*$/s, '')
  const shown = path.length > PATH_CHARACTERS_SHOWN ? `${path.slice(0, PATH_CHARACTERS_SHOWN)}…` : path
  return new Problem(
    'unknown_route',
    `There is no route ${method} ${shown}. The paths of the API begin with /api/v1; /docs lists them all.`,
  )
}

/** Of a path, without the query and without the slash at the end, which makes no difference. */
function segmentsOf(url: string): string[] {
  const path = url.replace(/\?.*$/s, '')
  return (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/')
}

/** A segment of a route that begins with a colon stands for any text. */
function fits(route: readonly string[], asked: readonly string[]): boolean {
  return (
    route.length === asked.length &&
    route.every((segment, index) =>
      segment.startsWith(':') ? asked[index] !== '' : segment === asked[index],
    )
  )
}
