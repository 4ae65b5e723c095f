import { Ajv2020 } from 'ajv/dist/2020.js'
import formatsModule from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi } from '../../../test/support/test-api.ts'
import { PROBLEMS } from '../../core/errors.ts'
import { webhookSchema } from '../views/webhook.ts'

interface Entry {
  operationId: string
  summary: string
  tags: string[]
  security: unknown[]
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
  requestBody?: { required: boolean; content: Record<string, unknown> }
}

interface Document {
  openapi: string
  info: { license?: object }
  paths: Record<string, Record<string, Entry>>
  tags: { name: string }[]
  components: {
    schemas: Record<string, { examples?: object[]; properties?: object }>
    securitySchemes: object
  }
  webhooks: Record<
    string,
    {
      post: { security: unknown[]; requestBody: { content: Record<string, { example: { event?: string } }> } }
    }
  >
}

let api: TestApi
let document: Document
let text: string

beforeAll(async () => {
  api = await createTestApi()
  text = (await api.app.inject('/openapi.json')).payload
  document = JSON.parse(text)
})
afterAll(() => api.close())

const entries = () => Object.values(document.paths).flatMap((methods) => Object.values(methods))

describe('the OpenAPI document', () => {
  it('is 3.1 and names every operation once', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const ids = entries().map(({ operationId }) => operationId)
    expect(ids.length).toBeGreaterThan(30)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('says of every operation what it does and how it refuses', () => {
    const tags = document.tags.map(({ name }) => name)
    for (const { operationId, summary, tags: own, security, responses } of entries()) {
      expect([operationId, summary]).toEqual([operationId, expect.stringMatching(/^[A-Z].*[^.]$/)])
      expect(tags).toContain(own[0])
      const statuses = Object.keys(responses)
      expect(statuses).toContain('500')
      if (security.length > 0) expect(statuses).toEqual(expect.arrayContaining(['401', '403', '429']))
      for (const [status, { description, content }] of Object.entries(responses)) {
        expect([operationId, status, description]).toEqual([operationId, status, expect.stringMatching(/\w/)])
        expect(description).not.toBe('Default Response')
        if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
      }
    }
  })

  it('refers to nothing that is not there, and holds nothing that nobody refers to', () => {
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]))
    expect([...used].sort()).toEqual(Object.keys(document.components.schemas).sort())
    expect(text).not.toContain('#/$defs/')
  })

  it('offers a body only where one is read, in every form of a submission', () => {
    const at = (path: string, method = 'post') => document.paths[path]?.[method]
    expect(at('/api/v1/webhooks/{id}/test')?.requestBody).toBeUndefined()
    expect(at('/api/v1/webhooks/{id}/enable')?.requestBody?.required).toBe(false)
    expect(at('/api/v1/webhooks')?.requestBody?.required).toBe(true)
    const submit = at('/api/v1/orgs/{org}/workflows/{workflow}/runs')
    expect(Object.keys(submit?.requestBody?.content ?? {})).toEqual([
      'application/json',
      'application/vnd.sealpost.submission+json',
      'multipart/form-data',
      'application/octet-stream',
    ])
  })

  it('says under which license it comes', () => {
    expect(document.info.license).toEqual({ name: 'Apache License 2.0', identifier: 'Apache-2.0' })
  })

  it('shows whole resources as examples', () => {
    for (const name of ['Webhook', 'WebhookWithSecret']) {
      const { examples, properties } = document.components.schemas[name] ?? {}
      expect([name, Object.keys(examples?.[0] ?? {})]).toEqual([name, Object.keys(properties ?? {})])
    }
    expect(webhookSchema.safeParse(document.components.schemas.Webhook?.examples?.[0]).success).toBe(true)
  })

  it('has examples that fit their own schemas', () => {
    const ajv = new Ajv2020({ strict: false })
    formatsModule.default(ajv)
    ajv.addSchema(document, 'openapi')
    const faults = Object.entries(document.components.schemas).flatMap(([name, { examples = [] }]) => {
      const fits = ajv.compile({ $ref: `openapi#/components/schemas/${name}` })
      return examples.flatMap((example) => (fits(example) ? [] : [`${name}: ${ajv.errorsText(fits.errors)}`]))
    })
    expect(faults).toEqual([])
  })

  it('has an example of every body with which something is made', () => {
    const made = Object.entries(document.components.schemas).filter(([name]) => name.startsWith('New'))
    expect(made.length).toBeGreaterThan(8)
    for (const [name, { examples = [] }] of made) expect([name, examples.length]).not.toEqual([name, 0])
  })

  it('says of every operation that writes how the store and the body can stop it', () => {
    const writing = Object.values(document.paths).flatMap(({ post, patch, delete: remove }) => [
      post,
      patch,
      remove,
    ])
    const declared = writing.filter((entry) => entry !== undefined)
    expect(declared.length).toBeGreaterThan(15)
    for (const { operationId, responses } of declared) {
      expect([operationId, Object.keys(responses)]).toEqual([
        operationId,
        expect.arrayContaining(['413', '415', '422', '503', '507']),
      ])
    }
    expect(document.paths['/healthz']?.get?.responses).not.toHaveProperty('422')
  })

  it('describes the webhooks it sends by the catalogue', () => {
    const sent = document.webhooks['validation.failed']?.post.requestBody.content['application/json']
    expect(sent?.example).toMatchObject({ event: 'validation.failed' })
    expect(Object.keys(document.webhooks)).toContain('webhook.test')
    for (const { post } of Object.values(document.webhooks)) expect(post.security).toEqual([])
  })
})

describe('the docs page', () => {
  it('loads nothing from another host, and all it loads is there', async () => {
    for (const page of ['/docs', '/docs/']) {
      const answer = await api.app.inject(page)
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['content-security-policy']).toContain("script-src 'self';")
      expect(answer.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
      const sources = [...answer.payload.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
      expect(sources.length).toBeGreaterThan(4)
      for (const source of sources) {
        const url = new URL(source, `http://here${page}`)
        expect(url.host).toBe('here')
        expect([url.pathname, (await api.app.inject(url.pathname)).statusCode]).toEqual([url.pathname, 200])
      }
    }
  })

  it('finds its assets behind a proxy that takes a path off', async () => {
    const prefixed = await createTestApi({ baseUrl: 'https://example.com/hooks' })
    const { payload } = await prefixed.app.inject('/docs')
    const sources = [...payload.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(sources.length).toBeGreaterThan(4)
    for (const source of sources) {
      expect(source).toMatch(/^\/hooks\/docs\/static\//)
      expect((await prefixed.app.inject(source.slice('/hooks'.length))).statusCode).toBe(200)
    }
    await prefixed.close()
  })

  it('sends the document to no validator', async () => {
    const script = (await api.app.inject('/docs/static/swagger-initializer.js')).payload
    expect(script).toContain('"validatorUrl":null')
    expect(script).not.toContain('validator.swagger.io')
  })
})

describe('/docs/errors', () => {
  it('explains every code where the type of a problem points', async () => {
    const { payload, headers } = await api.app.inject('/docs/errors')
    for (const code of Object.keys(PROBLEMS)) expect(payload).toContain(`id="${code}"`)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(payload).not.toContain('<script')
  })
})
