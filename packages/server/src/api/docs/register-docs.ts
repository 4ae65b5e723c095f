import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendPage } from '../pages/markup.ts'
import { errorsPage } from './errors-page.ts'

/** Every path that is registered here, but those of the page's assets. */
export const DOCS_PATHS: readonly string[] = [
  '/docs',
  '/docs/errors',
  '/docs/json',
  '/docs/yaml',
  '/openapi.json',
]

/**
 * `/docs/errors`, where the `type` of every problem leads; and `/openapi.json` and `/docs`, answered by a site that is
 * made when one of them is first asked for: most servers never need what makes the document and draws its page.
 */
export function registerDocs(app: FastifyInstance, makeSite: () => Promise<FastifyInstance>): void {
  let site: Promise<FastifyInstance> | null = null

  function made(): Promise<FastifyInstance> {
    // What failed once, for want of a file descriptor say, is tried again by the next request.
    return (site ??= makeSite().catch((error: unknown) => {
      site = null
      throw error
    }))
  }

  async function passOn(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const ready = await made()
    reply.hijack()
    ready.routing(request.raw, reply.raw)
  }

  app.get('/docs/errors', { schema: { hide: true } }, async (_request, reply) =>
    sendPage(reply, 200, errorsPage()),
  )
  for (const path of ['/docs', '/docs/*', '/openapi.json']) app.get(path, passOn)
  app.addHook('onClose', async () => {
    await (await site)?.close()
  })
}
