import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

// Documents that other validators are known to misjudge, handed in as a user does. Each is one of its kind.

const FIXTURES = new URL('../fixtures/structured-data/', import.meta.url)
const CONTENT_TYPES = new Map([
  ['html', 'text/html'],
  ['xhtml', 'application/xhtml+xml'],
  ['jsonld', 'application/ld+json'],
])

interface Run {
  id: string
  result: string
  findings: {
    severity: string
    code: string
    message: string
    property: string | null
    line: number | null
    column: number | null
  }[]
  schemas: { type: string; properties: { name: string }[] }[]
}

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
let key: string

beforeAll(async () => {
  server = await startServer(dataDir.path, [])
  key = await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
  const steps = [{ type: 'structured-data', config: {} }]
  await api.post('/api/v1/workflows', { slug: 'data', name: 'Data', steps })
})
afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

/** The file goes as it is, byte by byte. */
function runOf(file: string): Promise<Run> {
  const contentType = CONTENT_TYPES.get(file.slice(file.lastIndexOf('.') + 1)) ?? ''
  return judge(readFileSync(new URL(file, FIXTURES)), contentType)
}

function runOfNode(node: object): Promise<Run> {
  return judge(JSON.stringify({ '@context': 'https://schema.org', ...node }), 'application/ld+json')
}

async function judge(
  body: string | Buffer<ArrayBuffer>,
  contentType: string,
  subject?: string,
): Promise<Run> {
  const query = subject === undefined ? '' : `&subject=${subject}`
  const answer = await fetch(`${server.url}/api/v1/orgs/default/workflows/data/runs/?wait=30${query}`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': contentType },
    body,
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Run
}

/** `Type: property, property` of each type that was seen. */
function seenIn({ schemas }: Run): string[] {
  return schemas.map(({ type, properties }) =>
    [type, properties.map(({ name }) => name).join(', ')].filter((part) => part !== '').join(': '),
  )
}

/** What is wrong: `code property`, errors with a `!`; not what is only recommended. */
function wrongIn({ findings }: Run): string[] {
  const wrong = findings.filter(({ code }) => code !== 'recommended')
  return wrong.map(
    ({ severity, code, property }) =>
      `${code}${property === null ? '' : ` ${property}`}${severity === 'error' ? '!' : ''}`,
  )
}

describe('a page is what browsers make of it', () => {
  it.each([
    ['microdata-no-space.html', 'PASS', ['Brand: name'], []],
    ['self-closed-script.html', 'FAIL', [], ['no_structured_data!']],
    ['misnested-span.html', 'PASS', ['Brand: description, name'], []],
    ['double-escaped-script.html', 'FAIL', [], ['json_syntax!']],
    ['base-href.html', 'PASS', ['Brand: name'], []],
    ['template.html', 'PASS', ['Brand: name'], []],
    ['minified.html', 'PASS', ['Brand: image, name, url'], []],
    ['foster-parented.html', 'PASS', ['Brand: name', 'Person: name'], []],
    ['adopted.html', 'FAIL', ['Brand: description'], ['required name!']],
    ['item-type-without-scope.html', 'PASS', ['Brand: name'], []],
    ['page.xhtml', 'PASS', ['Brand: name'], []],
    ['unclosed.xhtml', 'FAIL', ['Brand: name'], ['xml_syntax!']],
  ])('%s: %s', async (file, result, seen, wrong) => {
    const run = await runOf(file)
    expect([run.result, seenIn(run), wrongIn(run)]).toEqual([result, seen, wrong])
  })
})

it('a minifier changes nothing of a page', async () => {
  const first = await judge(WRITTEN, 'text/html', 'shop')
  const second = await judge(MINIFIED, 'text/html', 'shop')
  expect(seenIn(first)).toEqual([
    'Brand: logo, name, url',
    'Offer: price, priceCurrency',
    'Person: name',
    'Product: brand, name, offers',
  ])
  expect(second.schemas).toEqual(first.schemas)
  const { data } = await api.get<{ data: { type: string; run_id: string }[] }>('/api/v1/events?limit=200')
  const told = data.filter((event) => event.run_id === second.id).map(({ type }) => type)
  expect(told).toContain('run.completed')
  expect(told.filter((type) => type.startsWith('schema.'))).toEqual([])
})

const WRITTEN = `<!DOCTYPE html>
<html lang="en">
  <head>
    <title>Lumen</title>
    <script src="/a.js"></script>
    <script type="application/ld+json">
      { "@context": "https://schema.org", "@type": "Person", "name": "Jo" }
    </script>
  </head>
  <body>
    <div class="product" itemscope itemtype="https://schema.org/Product">
      <p itemprop="name">Lumen</p>
      <p>By</p>
      <ul>
        <li itemprop="brand" itemscope itemtype="https://schema.org/Brand">
          <a itemprop="url" href="/lux"><b itemprop="name">Lux</b></a>
          <img itemprop="logo" src="/lux.png" />
        </li>
        <li itemprop="offers" itemscope itemtype="https://schema.org/Offer">
          <data itemprop="price" value="12.5">12,50</data>
          <meta itemprop="priceCurrency" content="EUR" />
        </li>
      </ul>
    </div>
  </body>
</html>`
const MINIFIED =
  '<!doctype html><html lang=en><title>Lumen</title><script src=/a.js></script><script type=application/ld+json>{"@context":"https://schema.org","@type":"Person","name":"Jo"}</script>' +
  '<body><div class="product"itemscope itemtype="https://schema.org/Product"><p itemprop=name>Lumen<p>By<ul><li itemprop=brand itemscope itemtype=https://schema.org/Brand>' +
  '<a itemprop=url href=/lux><b itemprop=name>Lux</b></a><img itemprop=logo src=/lux.png><li itemprop=offers itemscope itemtype=https://schema.org/Offer>' +
  '<data itemprop=price value=12.5>12,50</data><meta itemprop=priceCurrency content=EUR></ul></div>'

describe('a page is in the encoding that browsers take it for', () => {
  it.each([
    ['late-meta.html', 'näme'],
    ['no-encoding.html', 'näme'],
    ['late-pragma.html', 'имя'],
  ])('%s', async (file, property) => {
    const run = await runOf(file)
    expect([run.result, wrongIn(run)]).toEqual(['PASS', [`unknown_property ${property}`]])
  })
})

describe('what looks like schema.org and is not is told, and judged as what was meant', () => {
  const brand = (attributes: string, name = 'itemprop="name"') => `<p ${attributes}><b ${name}>Lumen</b></p>`

  it.each([
    ['type-trailing-slash.html', ['Brand: nam'], ['unknown_type', 'required name!', 'unknown_property nam']],
    [
      'context-no-scheme.html',
      ['Product: sku'],
      [
        'context_misspelt!',
        'required name!',
        'required image!',
        'required offers!',
        'required aggregateRating!',
      ],
    ],
  ])('%s', async (file, seen, wrong) => {
    const run = await runOf(file)
    expect([run.result, seenIn(run), wrongIn(run)]).toEqual(['FAIL', seen, wrong])
  })

  it.each([
    'schema.org/Brand',
    '//schema.org/Brand',
    'https//schema.org/Brand',
    'https://schemas.org/Brand',
    'https://schema.org/#Brand',
    'https://schema.org//Brand',
    'Brand',
  ])('the type %j of Microdata', async (type) => {
    const run = await judge(brand(`itemscope itemtype="${type}"`), 'text/html')
    expect([seenIn(run), wrongIn(run)]).toEqual([['Brand: name'], ['unknown_type']])
    expect(run.findings[0]?.message).toBe(
      `"${type}" is not the right way to write a type of schema.org. Write https://schema.org/Brand.`,
    )
  })

  it.each(['http://schema.org/Brand', 'https://www.schema.org/Brand', 'HTTPS://Schema.org/Brand'])(
    'but not the type %j',
    async (type) => {
      const run = await judge(brand(`itemscope itemtype="${type}"`), 'text/html')
      expect([seenIn(run), wrongIn(run)]).toEqual([['Brand: name'], []])
    },
  )

  it.each([
    'schema.org',
    'www.schema.org/',
    'http:/schema.org',
    'https://shema.org',
    'https://schema.org/Brand',
  ])('the context %j', async (context) => {
    for (const each of [context, [context], { '@vocab': context }]) {
      const run = await runOfNode({ '@context': each, '@type': 'Brand', name: 'Lumen' })
      expect([run.result, seenIn(run), wrongIn(run)]).toEqual([
        'FAIL',
        ['Brand: name'],
        ['context_misspelt!'],
      ])
    }
    const run = await judge(brand(`vocab="${context}" typeof="Brand"`, 'property="name"'), 'text/html')
    expect([run.result, seenIn(run), wrongIn(run)]).toEqual(['FAIL', ['Brand: name'], ['context_misspelt!']])
  })

  it('a vocabulary that is missing', async () => {
    const run = await judge(brand('typeof="Brand"', 'property="name"'), 'text/html')
    expect([run.result, seenIn(run), wrongIn(run)]).toEqual(['FAIL', ['Brand: name'], ['context_missing!']])
  })
})

describe('a value is what its property takes', () => {
  it.each([
    ['zero-reviews.jsonld', 'FAIL', ['value_out_of_range ratingCount!'], 90],
    ['breadcrumb-middle-without-item.jsonld', 'FAIL', ['required item!'], 157],
    ['video-duration.jsonld', 'PASS', ['value_not_duration duration'], 146],
    ['availability-nonsense.jsonld', 'PASS', ['value_not_listed availability'], 99],
    ['tiny-price.jsonld', 'PASS', [], null],
    ['impossible-datetimes.jsonld', 'FAIL', ['value_not_date startDate!'], 88],
    ['variant-rating-at-group.jsonld', 'PASS', [], null],
  ])('%s: %s', async (file, result, wrong, column) => {
    const run = await runOf(file)
    expect([run.result, wrongIn(run)]).toEqual([result, wrong])
    const finding = run.findings.find(({ code }) => code !== 'recommended')
    expect(finding?.column ?? null).toBe(column)
  })

  const event = (startDate: unknown) => ({ '@type': 'Event', name: 'e', location: 'x', startDate })
  const offer = (availability: unknown) => ({
    '@type': 'Offer',
    price: 1,
    priceCurrency: 'EUR',
    availability,
  })
  const rating = (ratingValue: unknown, more: object = {}) => ({
    '@type': 'AggregateRating',
    ratingValue,
    ratingCount: 3,
    ...more,
  })
  const OUT = ['value_out_of_range ratingValue!']

  it.each<[object, string[]]>([
    [event('2026-02-29'), ['value_not_date startDate!']],
    [event('2026-01-01T24:00:01Z'), ['value_not_date startDate!']],
    [event('2026-01-01T12:00+15:00'), ['value_not_date startDate!']],
    [event('2025-W53-1'), ['value_not_date startDate!']],
    [event('2026-01-01T24:00:00Z'), []],
    [event('2016-12-31T23:59:60Z'), []],
    [event('2026-01-01T12:00+05:45'), []],
    [offer('InStock'), []],
    [offer({ '@id': 'http://schema.org/SoldOut' }), []],
    [offer('https://schema.org/InStock/'), ['value_not_listed availability']],
    [offer('in stock'), ['value_not_listed availability']],
    [rating('4/5'), []],
    [rating('6/5'), OUT],
    [rating('90%'), []],
    [rating('101%'), OUT],
    [rating(8, { bestRating: '10' }), []],
    [rating(11, { bestRating: 10 }), OUT],
    [rating(0.5), OUT],
    [rating(0.5, { worstRating: 0 }), []],
    [rating('4/0'), ['value_not_number ratingValue!']],
    [rating(4, { bestRating: 'five' }), ['value_not_number bestRating']],
    [rating(4, { ratingCount: 0, reviewCount: 0 }), ['value_out_of_range ratingCount!']],
    [rating(4, { ratingCount: 0, reviewCount: 1 }), []],
    [rating(4, { ratingCount: 1e21 }), []],
    [rating(4, { ratingCount: 1.5 }), ['value_not_number ratingCount!']],
    [
      { '@type': 'AggregateOffer', lowPrice: 1e-7, priceCurrency: 'EUR', offerCount: 0 },
      ['value_out_of_range offerCount'],
    ],
    [
      { '@type': 'OpeningHoursSpecification', opens: '25:00', closes: '17:00', dayOfWeek: 'Monday' },
      ['value_not_time opens'],
    ],
  ])('%j: %j', async (node, wrong) => {
    expect(wrongIn(await runOfNode(node))).toEqual(wrong)
  })

  it('said of a group holds for what refers to it as its variant', async () => {
    const group = {
      '@type': 'ProductGroup',
      '@id': '#g',
      name: 'g',
      image: '/g.jpg',
      review: { '@type': 'Review', author: 'x', reviewRating: { '@type': 'Rating', ratingValue: 4 } },
    }
    const variant = { '@type': 'Product', name: 'v', isVariantOf: { '@id': '#g' }, offers: offer('InStock') }
    expect(wrongIn(await runOfNode({ '@graph': [group, variant] }))).toEqual([])
    expect(wrongIn(await runOfNode({ '@graph': [variant] }))).toEqual([
      'required image!',
      'required aggregateRating!',
    ])
  })
})

describe('JSON-LD', () => {
  it('may have ids that start at a base', async () => {
    const nodes = [
      {
        '@context': ['https://schema.org', { '@base': 'https://shop.example/x/' }],
        '@type': 'Brand',
        '@id': '#b',
      },
      { '@context': 'https://schema.org', '@id': 'https://shop.example/x/#b', name: 'Lumen' },
    ]
    const run = await judge(JSON.stringify(nodes), 'application/ld+json')
    expect([run.result, seenIn(run), wrongIn(run)]).toEqual(['PASS', ['Brand: name'], []])
  })

  it('may give a member once', async () => {
    const text = '{"@context":"https://schema.org","@type":"Brand",\n "name":"Lumen",\n "name":"Lux"}'
    const run = await judge(text, 'application/ld+json')
    expect([run.result, wrongIn(run)]).toEqual(['PASS', ['member_repeated name']])
    expect(run.findings[0]).toMatchObject({ line: 3, column: 2 })
  })
})
