import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { createFrame, type FrameContext } from '../frame.ts'
import type { AnyOperation } from '../operation.ts'
import { basePath, schemaOf } from '../register.ts'
import { finishDocument, type OpenApiDocument } from './finish-document.ts'
import { DESCRIPTION, TAGS } from './texts.ts'

/**
 * `/openapi.json`, made from the schemas of the operations, and `/docs`, which shows it and loads nothing from elsewhere.
 * An app of its own, ready for requests: the operations are here for their schemas only.
 */
export async function createDocsSite(
  operations: readonly AnyOperation[],
  context: FrameContext,
): Promise<FastifyInstance> {
  const { settings } = context
  const site = await createFrame(context)
  await site.register(swagger, {
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

  await site.register(swaggerUi, {
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

  for (const operation of operations) {
    const { method, path: url } = operation
    site.route({ method, url, schema: schemaOf(operation), handler: async () => undefined })
  }
  site.get('/openapi.json', { schema: { hide: true } }, async () => site.swagger())
  await site.ready()
  return site
}
