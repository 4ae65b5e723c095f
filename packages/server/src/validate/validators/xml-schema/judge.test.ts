import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../core/limits.ts'
import { documentSubmission, type Finding } from '../../../core/run.ts'
import { documentOf } from '../document-of.ts'
import type { Judgement } from '../validator.ts'
import { compile } from './judge.ts'

function xsd(declarations: string, attributes = ''): string {
  return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" ${attributes}>${declarations}</xs:schema>`
}

const ORDER = xsd(`
  <xs:element name="order">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="item" maxOccurs="unbounded">
          <xs:complexType>
            <xs:simpleContent>
              <xs:extension base="xs:string"><xs:attribute name="price" type="xs:decimal" use="required"/></xs:extension>
            </xs:simpleContent>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
  </xs:element>`)

function judge(schema: string, content: string | Buffer): Judgement {
  const compiled = compile({ schema })
  if ('refused' in compiled) throw new Error(compiled.refused.message)
  try {
    return compiled.judge(documentOf(documentSubmission(Buffer.from(content))))
  } finally {
    compiled.dispose?.()
  }
}

function only({ findings }: Judgement): Finding {
  expect(findings).toHaveLength(1)
  return findings[0]!
}

function refusalOf(schema: string): string {
  const compiled = compile({ schema })
  if (!('refused' in compiled)) throw new Error('The schema compiled')
  expect(compiled.refused.field).toBe('schema')
  return compiled.refused.message
}

describe('a document', () => {
  it('that keeps to its schema passes, whatever its encoding', () => {
    const document = '<order>\n  <item price="1.5">é</item>\n</order>'
    const declared = `<?xml version="1.0" encoding="ISO-8859-1"?>${document}`
    for (const content of [
      document,
      `\ufeff${document}`,
      Buffer.from(`\ufeff${document}`, 'utf16le'),
      Buffer.from(declared, 'latin1'),
    ]) {
      expect(judge(ORDER, content)).toEqual({ findings: [], counts: { error: 0, warning: 0, info: 0 } })
    }
  })

  it('that does not has its findings, each with line, path and name', () => {
    const judgement = judge(ORDER, '<order>\n  <item price="x"/>\n  <item/><thing/>\n</order>')
    expect(judgement.counts.error).toBe(3)
    expect(judgement.findings).toEqual([
      {
        severity: 'error',
        code: 'invalid_value',
        message: '"price" must be a number such as 12.50 (xs:decimal); it is "x".',
        path: '/order/item[1]/@price',
        property: 'price',
        schemaType: null,
        line: 2,
        column: 9,
      },
      expect.objectContaining({
        code: 'missing_attribute',
        path: '/order/item[2]',
        property: 'price',
        line: 3,
        column: 3,
      }),
      expect.objectContaining({
        code: 'unexpected_element',
        path: '/order/thing',
        property: 'thing',
        line: 3,
        column: 10,
      }),
    ])
  })

  it.each([
    ['<order><item price="1" vat="2"/></order>', 'unexpected_attribute', 'vat'],
    ['<order/>', 'missing_element', 'order'],
    ['<bill/>', 'unknown_root', 'bill'],
    ['<order>text<item price="1"/></order>', 'unexpected_content', 'order'],
  ])('%s is told by %s', (content, code, property) => {
    expect(only(judge(ORDER, content))).toMatchObject({ code, property })
  })

  it('breaks a facet by the facet’s name', () => {
    const restricted = (facet: string) =>
      xsd(
        `<xs:element name="a"><xs:simpleType><xs:restriction base="xs:string">${facet}</xs:restriction></xs:simpleType></xs:element>`,
      )
    expect(only(judge(restricted('<xs:maxLength value="2"/>'), '<a>abc</a>')).code).toBe('max_length')
    expect(only(judge(restricted('<xs:pattern value="[0-9]+"/>'), '<a>abc</a>')).code).toBe('pattern')
    expect(only(judge(restricted('<xs:enumeration value="x"/>'), '<a>abc</a>')).code).toBe('enumeration')
  })

  it('may have the same key twice, or refer to none', () => {
    const keyed = xsd(`
      <xs:element name="a">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="b" maxOccurs="unbounded">
              <xs:complexType><xs:attribute name="id"/><xs:attribute name="of"/></xs:complexType>
            </xs:element>
          </xs:sequence>
        </xs:complexType>
        <xs:unique name="ids"><xs:selector xpath="b"/><xs:field xpath="@id"/></xs:unique>
        <xs:keyref name="ofs" refer="ids"><xs:selector xpath="b"/><xs:field xpath="@of"/></xs:keyref>
      </xs:element>`)
    expect(judge(keyed, '<a><b id="1"/><b id="2" of="1"/></a>').findings).toEqual([])
    expect(only(judge(keyed, '<a><b id="1"/><b id="1"/></a>'))).toMatchObject({
      code: 'duplicate_key',
      path: '/a/b[2]',
    })
    expect(only(judge(keyed, '<a><b id="1"/><b of="2"/></a>'))).toMatchObject({
      code: 'unknown_key',
      line: 1,
    })
  })

  it('has its names told without their namespaces', () => {
    const schema = xsd(
      '<xs:element name="a"><xs:complexType><xs:attribute name="n" type="xs:int"/></xs:complexType></xs:element>',
      'targetNamespace="urn:x" elementFormDefault="qualified"',
    )
    expect(only(judge(schema, '<p:a xmlns:p="urn:x" n="1.5"/>'))).toMatchObject({
      property: 'n',
      path: '/p:a/@n',
    })
  })

  it('counts lines beyond 65,535', () => {
    expect(only(judge(ORDER, `<order>${'\n'.repeat(70_000)}<item price="x"/></order>`)).line).toBe(70_001)
  })

  it('lists up to the limit and counts the rest, however many', () => {
    const judgement = judge(ORDER, `<order>${'<item/>'.repeat(100_000)}</order>`)
    expect(judgement.findings).toHaveLength(LIMITS.findingsMax)
    expect(judgement.findings.at(-1)?.path).toBe('/order/item[1000]')
    expect(judgement.counts.error).toBe(100_000)
    expect(only(judge(ORDER, '<order><item/></order>')).path).toBe('/order/item')
  })
})

describe('what is no document', () => {
  it.each([
    ['<order>\n<item price="1">\n</order>', 3, 3, 'The end tag of "item" must stand here.'],
    ['hello', 1, 1, 'It must begin with a tag.'],
    ['<order price="1" price="2"/>', 1, 29, '"order" has the attribute "price" twice.'],
    ['<a>\0</a>', 1, 4, 'The character U+0 must not stand in XML.'],
    ['<a>'.repeat(300), 1, 772, 'It is nested more than 256 deep.'],
    ['<order><item price="1"/></order><!-- ', 1, 38, 'A comment does not end.'],
    ['<order><item price="1"/></order', 1, 32, 'The end tag of "order" does not end with ">".'],
  ])('%j is one finding with its place', (content, line, column, reason) => {
    expect(judge(ORDER, content)).toEqual({
      findings: [
        {
          severity: 'error',
          code: 'not_well_formed',
          message: `The document is not well-formed XML. ${reason}`,
          path: '',
          property: null,
          schemaType: null,
          line,
          column,
        },
      ],
      counts: { error: 1, warning: 0, info: 0 },
    })
  })

  it('may be nothing at all', () => {
    expect(only(judge(ORDER, ''))).toMatchObject({ code: 'not_well_formed' })
  })
})

describe('a document type declaration', () => {
  it.each([
    ['of its own', '<!DOCTYPE order [<!ENTITY e "x">]><order>&e;</order>'],
    ['on this machine', '<!DOCTYPE order [<!ENTITY e SYSTEM "file:///etc/passwd">]><order>&e;</order>'],
    ['elsewhere', '<!DOCTYPE order SYSTEM "http://127.0.0.1:1/order.dtd"><order/>'],
  ])('with what is %s is refused', (_, content) => {
    expect(only(judge(ORDER, content)).code).toBe('dtd_not_allowed')
  })

  it('may be no bomb either', () => {
    const laughs = Array.from(
      { length: 12 },
      (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
    )
    const lol = `<!DOCTYPE order [<!ENTITY e0 "lol">${laughs.join('')}]>`
    const wide = `<!DOCTYPE order [<!ENTITY e "${'x'.repeat(100_000)}">]>`
    for (const bomb of [
      `${lol}<order>&e12;</order>`,
      `${lol}<order id="&e12;"/>`,
      `${wide}<order>${'<item price="&e;"/>'.repeat(40_000)}</order>`,
    ]) {
      expect(only(judge(ORDER, bomb)).code).toBe('dtd_not_allowed')
    }
  })

  it('is refused in a schema', () => {
    expect(refusalOf(`<!DOCTYPE xs:schema [<!ENTITY e "x">]>${ORDER}`)).toContain('<!DOCTYPE')
  })
})

describe('a schema that cannot be used', () => {
  it.each([
    ['<xs:schema', 'It is not well-formed XML. line 1, column 11: '],
    [
      xsd('<xs:element name="a" fixed="x"><xs:complexType mixed="true"/></xs:element>'),
      'a fixed value of mixed content',
    ],
    ['<a/>', 'It is not an XML Schema: that begins with xs:schema.'],
    [xsd('\n<xs:element name="a" type="Nothing"/>'), "line 2: type ':Nothing' not found."],
    [
      xsd('\n<xs:include schemaLocation="file:///etc/passwd"/>'),
      'line 2: "file:///etc/passwd" is not among the schemas of this step',
    ],
    [xsd('<xs:redefine schemaLocation="a.xsd"/>'), 'line 1: "a.xsd" is not among the schemas of this step'],
    [xsd('<xs:import namespace="urn:x" schemaLocation="http://127.0.0.1:1/x"/>'), 'never fetched'],
  ])('%s', (schema, reason) => {
    expect(refusalOf(schema)).toContain(reason)
  })

  it('may name a namespace without a place', () => {
    expect(judge(xsd('<xs:import namespace="urn:x"/><xs:element name="a"/>'), '<a/>').findings).toEqual([])
  })

  it('takes no more from a document that names a schema of its own', () => {
    const own =
      'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="file:///etc/passwd"'
    expect(judge(ORDER, `<order ${own}><item price="1"/></order>`).findings).toEqual([])
  })

  const chain = (length: number, link: (from: number, to: number) => string) =>
    xsd(Array.from({ length }, (_, index) => link(index + 1, index)).join(''))
  const CHAINS: [string, (from: number, to: number) => string][] = [
    ['substitution groups', (from, to) => `<xs:element name="e${from}" substitutionGroup="e${to}"/>`],
    [
      'extensions',
      (from, to) =>
        `<xs:complexType name="e${from}"><xs:complexContent><xs:extension base="e${to}"/></xs:complexContent></xs:complexType>`,
    ],
    [
      'restrictions',
      (from, to) => `<xs:simpleType name="e${from}"><xs:restriction base="e${to}"/></xs:simpleType>`,
    ],
    [
      'unions',
      (from, to) => `<xs:simpleType name="e${from}"><xs:union memberTypes="xs:int e${to}"/></xs:simpleType>`,
    ],
    [
      'groups',
      (from, to) =>
        `<xs:group name="e${from}"><xs:sequence><xs:group ref="e${to}"/></xs:sequence></xs:group>`,
    ],
    [
      'attribute groups',
      (from, to) =>
        `<xs:attributeGroup name="e${from}"><xs:attributeGroup ref="e${to}"/></xs:attributeGroup>`,
    ],
  ]
  it.each(CHAINS)('has %s that build on one another too deep, or in a circle', (_, link) => {
    expect(refusalOf(chain(LIMITS.xmlSchemaDepthMax + 1, link))).toContain('more than 200 deep')
    expect(refusalOf(chain(3, (from, to) => link(from, to === 0 ? 3 : to)))).toContain('in a circle')
    expect(refusalOf(chain(3, link))).not.toContain('deep')
  })

  it('is not one whose elements hold elements of the same type', () => {
    const tree = xsd(`
      <xs:element name="tree" type="Tree"/>
      <xs:complexType name="Tree">
        <xs:sequence>
          <xs:element name="tree" type="Tree" minOccurs="0" maxOccurs="unbounded"/>
          <xs:element name="leaf" minOccurs="0">
            <xs:complexType><xs:complexContent><xs:extension base="Tree"/></xs:complexContent></xs:complexType>
          </xs:element>
        </xs:sequence>
      </xs:complexType>`)
    expect(judge(tree, '<tree><tree/><tree><tree/><leaf><tree/></leaf></tree></tree>').findings).toEqual([])
  })
})
