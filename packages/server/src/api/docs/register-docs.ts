import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { ApiSettings } from '../context.ts'
import type { AnyOperation } from '../operation.ts'
import { sendPage } from '../pages/markup.ts'
import { basePath } from '../register.ts'
import { errorsPage } from './errors-page.ts'
import { finishDocument, type OpenApiDocument } from './finish-document.ts'
import { DESCRIPTION, TAGS } from './texts.ts'

/** Every path that is registered here, but those of the page's assets. */
export const DOCS_PATHS: readonly string[] = [
  '/docs',
  '/docs/errors',
  '/docs/json',
  '/docs/yaml',
  '/openapi.json',
]

/**
 * `/openapi.json`, made from the route schemas; `/docs`, which shows it and loads nothing from elsewhere; and
 * `/docs/errors`, where the `type` of every problem leads. Must be called before the routes are registered.
 */
export async function registerDocs(
  app: FastifyInstance,
  operations: readonly AnyOperation[],
  settings: Pick<ApiSettings, 'baseUrl'>,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sealpost API',
        version: '1',
        description: DESCRIPTION,
        license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
      },
      // Relative to wherever the document was fetched from, behind a proxy's prefix too.
      servers: [{ url: new URL(settings.baseUrl).pathname }],
      tags: [...TAGS],
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The API key itself.' },
          bearer: { type: 'http', scheme: 'bearer', description: 'The API key as a bearer token.' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      const complete = jsonSchemaTransformObject(document) as OpenApiDocument
      return finishDocument(complete, operations)
    },
  })

  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: basePath(settings),
    // The default would send the document's address to validator.swagger.io.
    uiConfig: { validatorUrl: null, deepLinking: true, tryItOutEnabled: false },
    // The bar on top shows the plugin's name and a field for other documents, which the policy below would refuse.
    theme: { title: 'Sealpost API', css: [{ filename: 'theme.css', content: '.topbar { display: none }' }] },
    staticCSP: {
      'default-src': "'none'",
      'script-src': "'self'",
      // Swagger UI writes style attributes as it draws.
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    },
  })

  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  app.get('/docs/errors', { schema: { hide: true } }, async (_request, reply) =>
    sendPage(reply, 200, errorsPage()),
  )
}
