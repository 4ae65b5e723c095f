import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

// XML that other validators are known to misjudge, handed in as a user does. Each is one of its kind.

interface Run {
  result: string
  findings: { code: string; message: string; path: string; line: number | null; column: number | null }[]
}

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
let key: string
let workflows = 0

beforeAll(async () => {
  server = await startServer(dataDir.path, [])
  key = await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
})
afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

function xsd(declarations: string, attributes = ''): string {
  return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" ${attributes}>${declarations}</xs:schema>`
}

/** The slug of a workflow of one step. */
async function workflowOf(config: object): Promise<string> {
  const slug = `xml-${++workflows}`
  const steps = [{ type: 'xml-schema', config }]
  await api.post('/api/v1/workflows', { slug, name: slug, steps })
  return slug
}

/** The bytes go as they are. */
async function judge(
  config: object,
  body: string | Buffer<ArrayBuffer>,
  contentType = 'application/xml',
): Promise<Run> {
  const slug = await workflowOf(config)
  const answer = await fetch(`${server.url}/api/v1/orgs/default/workflows/${slug}/runs/?wait=30`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': contentType },
    body,
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Run
}

const ZURICH = xsd(
  '<xs:element name="a"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="Zürich"/></xs:restriction></xs:simpleType></xs:element>',
)
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const DECLARED = '<?xml version="1.0" encoding="ISO-8859-1"?>'

describe('the encoding', () => {
  it('that a text declares says nothing: it is a text already', async () => {
    expect(await judge({ schema: `${DECLARED}${ZURICH}` }, '<a>Zürich</a>')).toMatchObject({ result: 'PASS' })
    const envelope = { content: `${DECLARED}<a>Zürich</a>`, content_type: 'text/xml; charset=iso-8859-1' }
    const run = await judge({ schema: ZURICH }, JSON.stringify(envelope), 'application/json')
    expect(run).toMatchObject({ result: 'PASS' })
  })

  it('of bytes is that of their mark, else of the content type, else of their declaration', async () => {
    for (const [body, contentType] of [
      [latin1('<a>Zürich</a>'), 'application/xml; charset=iso-8859-1'],
      [latin1('<?xml version="1.0" encoding="UTF-8"?><a>Zürich</a>'), 'text/xml; charset="ISO-8859-1"'],
      [latin1(`${DECLARED}<a>Zürich</a>`), 'text/xml'],
      [Buffer.from(`\ufeff${DECLARED}<a>Zürich</a>`), 'text/xml; charset=iso-8859-1'],
      [Buffer.from('\ufeff<a>Zürich</a>', 'utf16le'), 'application/xml'],
      [Buffer.from('<a>Zürich</a>'), 'application/xml'],
    ] as const) {
      expect(await judge({ schema: ZURICH }, body, contentType)).toMatchObject({ result: 'PASS' })
    }
    const run = await judge({ schema: ZURICH }, latin1('<a>Zürich</a>'))
    expect(run).toMatchObject({ result: 'FAIL', findings: [{ code: 'not_well_formed' }] })
  })
})

describe('the attributes of XML itself', () => {
  const element =
    '<xs:element name="a"><xs:complexType><xs:attribute ref="xml:lang"/><xs:attribute ref="xml:id"/></xs:complexType></xs:element>'
  it.each(['', 'schemaLocation="http://www.w3.org/2001/xml.xsd"'])('are known (%s)', async (location) => {
    const schema = xsd(`<xs:import namespace="http://www.w3.org/XML/1998/namespace" ${location}/>${element}`)
    expect(await judge({ schema }, '<a xml:lang="de" xml:id="x"/>')).toMatchObject({ result: 'PASS' })
    const wrong = await judge({ schema }, '<a xml:lang="no language"/>')
    expect(wrong.findings).toMatchObject([{ code: 'invalid_value', path: '/a/@lang' }])
  })
})

describe('a reference by ID', () => {
  const schema = xsd(
    '<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" maxOccurs="9"><xs:complexType><xs:attribute name="id" type="xs:ID"/><xs:attribute name="r" type="xs:IDREF"/></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>',
  )
  it('leads to one, and an ID stands once', async () => {
    expect(await judge({ schema }, '<a><b id="x"/><b r="x"/></a>')).toMatchObject({ result: 'PASS' })
    const dangling = await judge({ schema }, '<a><b id="x"/>\n<b r="nowhere"/></a>')
    expect(dangling.findings).toMatchObject([{ code: 'unknown_key', path: '/a/b[2]/@r', line: 2, column: 4 }])
    const twice = await judge({ schema }, '<a><b id="x"/><b id="x"/></a>')
    expect(twice.findings).toMatchObject([{ code: 'duplicate_key', path: '/a/b[2]/@id' }])
  })
})

describe('a value that is fixed', () => {
  const fixed = (type: string, value: string) =>
    xsd(
      `<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="e" type="${type}" fixed="${value}"/></xs:sequence><xs:attribute name="f" type="${type}" fixed="${value}"/></xs:complexType></xs:element>`,
    )
  it.each([
    ['xs:decimal', '1.0', '01.00', '1.1'],
    ['xs:boolean', 'true', '1', '0'],
    ['xs:dateTime', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00+01:00'],
  ])('is compared as a value (%s)', async (type, value, same, other) => {
    const schema = fixed(type, value)
    expect(await judge({ schema }, `<a f="${same}"><e>${same}</e></a>`)).toMatchObject({ result: 'PASS' })
    const run = await judge({ schema }, `<a f="${other}"><e>${other}</e></a>`)
    expect(run.findings).toHaveLength(2)
  })

  it('counts too where an element has no type', async () => {
    const schema = xsd('<xs:element name="a" fixed="x"/>')
    expect(await judge({ schema }, '<a>x</a>')).toMatchObject({ result: 'PASS' })
    expect(await judge({ schema }, '<a>y</a>')).toMatchObject({ result: 'FAIL' })
  })
})

describe('an element that is nil', () => {
  const schema = xsd('<xs:element name="a" nillable="true" type="xs:int"/>')
  it.each([
    ['true', '', 'PASS'],
    ['1', '', 'PASS'],
    ['0', '1', 'PASS'],
    ['false', '1', 'PASS'],
    ['0', '', 'FAIL'],
    ['1', '1', 'FAIL'],
  ])('says so by a boolean, however it is written: %s and "%s"', async (nil, content, result) => {
    const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    expect(await judge({ schema }, `<a ${xsi} xsi:nil="${nil}">${content}</a>`)).toMatchObject({ result })
  })
})

describe('a pattern', () => {
  it.each([
    ['[\\P{L}]+', '12', 'a2'],
    ['[^\\p{L}]+', '12', 'a2'],
    ['[\\p{L}-[\\P{Lu}]]+', 'AB', 'Ab'],
    ['[\\P{Lu}\\d]+', 'a1', 'A1'],
    ['[\\i-[:]][\\c-[:]]*', 'a1', 'a:1'],
  ])('may have classes of characters in classes: %s', async (pattern, fits, fitsNot) => {
    const schema = xsd(
      `<xs:element name="a"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="${pattern}"/></xs:restriction></xs:simpleType></xs:element>`,
    )
    expect(await judge({ schema }, `<a>${fits}</a>`)).toMatchObject({ result: 'PASS' })
    expect(await judge({ schema }, `<a>${fitsNot}</a>`)).toMatchObject({
      result: 'FAIL',
      findings: [{ code: 'pattern' }],
    })
  })
})

describe('schemas of one workflow', () => {
  it('import each other by their namespaces, in a circle too, and include by name', async () => {
    const one = xsd(
      '<xs:include schemaLocation="n.xsd"/><xs:import namespace="urn:y"/><xs:element name="a"><xs:complexType><xs:sequence><xs:element name="n" type="x:N"/><xs:element ref="y:b"/></xs:sequence></xs:complexType></xs:element>',
      'targetNamespace="urn:x" xmlns:x="urn:x" xmlns:y="urn:y"',
    )
    const other = xsd(
      '<xs:import namespace="urn:x"/><xs:element name="b"><xs:complexType><xs:sequence><xs:element ref="x:a" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>',
      'targetNamespace="urn:y" xmlns:x="urn:x"',
    )
    const n = xsd('<xs:simpleType name="N"><xs:restriction base="xs:int"/></xs:simpleType>')
    const slug = `xml-${++workflows}`
    const steps = [
      { type: 'xml-schema', config: { schema: one } },
      { type: 'xml-schema', failure_mode: 'advisory', config: { schema: other, schemas: { 'n.xsd': n } } },
    ]
    await api.post('/api/v1/workflows', { slug, name: slug, steps })
    const judged = async (body: string) => {
      const answer = await fetch(`${server.url}/api/v1/orgs/default/workflows/${slug}/runs/?wait=30`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/xml' },
        body,
      })
      return (await answer.json()) as Run
    }
    const document = (value: string) => `<a xmlns="urn:x"><n xmlns="">${value}</n><b xmlns="urn:y"/></a>`
    expect(await judged(document('1'))).toMatchObject({ result: 'PASS' })
    expect(await judged(document('x'))).toMatchObject({ result: 'FAIL', findings: [{ path: '/a/n' }] })
  })
})

describe('schemas of one step', () => {
  it('include and import each other by name, and the namespace of one', async () => {
    const config = {
      schema: xsd(
        '<xs:include schemaLocation="types/base.xsd"/><xs:import namespace="urn:y"/><xs:element name="a"><xs:complexType><xs:sequence><xs:element name="n" type="N"/><xs:element ref="y:b"/></xs:sequence></xs:complexType></xs:element>',
        'xmlns:y="urn:y"',
      ),
      schemas: {
        'types/base.xsd': xsd('<xs:include schemaLocation="more.xsd"/>'),
        'types/more.xsd': xsd('<xs:simpleType name="N"><xs:restriction base="xs:int"/></xs:simpleType>'),
        'y.xsd': xsd('<xs:element name="b" type="xs:boolean"/>', 'targetNamespace="urn:y"'),
      },
    }
    expect(await judge(config, '<a><n>1</n><b xmlns="urn:y">true</b></a>')).toMatchObject({ result: 'PASS' })
    const run = await judge(config, '<a><n>x</n><b xmlns="urn:y">no</b></a>')
    expect(run.findings).toMatchObject([
      { code: 'invalid_value', path: '/a/n', column: 7 },
      { code: 'invalid_value', path: '/a/b' },
    ])
  })
})
