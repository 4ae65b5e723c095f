import { describe, expect, it } from 'vitest'
import { judgeText, namesOf, ofCode, seenNames } from '../../../../../test/support/structured-data.ts'
import type { Judgement } from '../../validator.ts'

function judgePage(body: string, url: string | null = null): Judgement {
  return judgeText(`<!doctype html><html><body>${body}</body></html>`, { contentType: 'text/html', url })
}

const NODE = '{"@context":"https://schema.org","@type":"Brand","name":"Lumen"}'

describe('scripts', () => {
  it('are found by their type, in whatever case', () => {
    for (const type of ['application/ld+json', 'Application/LD+JSON; charset=utf-8']) {
      expect(seenNames(judgePage(`<SCRIPT TYPE='${type}'>${NODE}</SCRIPT>`))).toEqual({ Brand: ['name'] })
    }
  })

  it('are not found in comments, other scripts, and text', () => {
    const script = `<script type="application/ld+json">${NODE}</script>`
    const hidden = `<!-- ${script} --><script>'${script.replace('</', '<\\/')}'</script><textarea>${script}</textarea>`
    expect(judgePage(hidden).findings).toMatchObject([{ code: 'no_structured_data' }])
  })

  it('may be wrapped in comments', () => {
    expect(
      seenNames(judgePage(`<script type="application/ld+json">//<![CDATA[\n${NODE}\n//]]></script>`)),
    ).toEqual({
      Brand: ['name'],
    })
  })

  it('that are empty are warned of', () => {
    const judgement = judgePage('<p>x</p>\n<script type="application/ld+json"> </script>')
    expect(ofCode(judgement, 'script_empty')).toMatchObject([
      { severity: 'warning', path: '/script[0]', line: 2, column: 1 },
    ])
  })

  it('that are not JSON are told with the place in the page, and spoil no other', () => {
    const judgement = judgePage(`\n<script type="application/ld+json">\n{"@type":\n  "Brand",}</script>
      <script type="application/ld+json">${NODE}</script>`)
    expect(ofCode(judgement, 'json_syntax')).toEqual([
      {
        severity: 'error',
        code: 'json_syntax',
        message: 'It is not JSON. Remove the comma before "}".',
        path: '/script[0]',
        property: null,
        schemaType: null,
        line: 4,
        column: 11,
      },
    ])
    expect(seenNames(judgement)).toEqual({ Brand: ['name'] })
  })

  it('of XHTML may hold a section or entities', () => {
    const asXhtml = (content: string) =>
      judgeText(
        `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script type="application/ld+json">${content}</script></html>`,
        { contentType: 'application/xhtml+xml' },
      )
    expect(seenNames(asXhtml(`<![CDATA[${NODE}]]>`))).toEqual({ Brand: ['name'] })
    expect(seenNames(asXhtml(NODE.replaceAll('"', '&quot;')))).toEqual({ Brand: ['name'] })
  })
})

const MICRODATA = `
<div itemscope itemtype="https://schema.org/Product">
  <h1 itemprop="name">Lamp</h1><img itemprop="image" src="/lamp.jpg">
  <div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><data itemprop="price" value="5">5</data></div>
  <div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="priceCurrency" content="EUR"></div>
</div>
<div itemscope itemtype="https://schema.org/Person"></div>`

const RDFA = `
<div vocab="https://schema.org/" typeof="Product">
  <h1 property="name">Lamp</h1><img property="image" src="/lamp.jpg">
  <div property="offers" typeof="Offer"><meta property="price" content="5"></div>
  <div property="offers" typeof="Offer"><meta property="priceCurrency" content="EUR"></div>
</div>
<div vocab="https://schema.org" typeof="Person"></div>`

describe.each([
  ['microdata', MICRODATA],
  ['rdfa', RDFA],
])('%s', (format, markup) => {
  it('gives things with their properties', () => {
    const judgement = judgePage(markup)
    expect(seenNames(judgement)).toEqual({
      Offer: ['price', 'priceCurrency'],
      Person: [],
      Product: ['image', 'name', 'offers'],
    })
    expect(judgement.seen?.find(({ type }) => type === 'Product')?.properties).toEqual([
      { name: 'image', importance: 'required', kinds: ['url'] },
      { name: 'name', importance: 'required', kinds: ['text'] },
      { name: 'offers', importance: 'required', kinds: ['Offer'] },
    ])
  })

  it('gives them readable paths, and the line of their element', () => {
    const required = ofCode(judgePage(markup), 'required')
    expect(required.map(({ path, property, line }) => [path, property, line])).toEqual([
      [`/${format}[0]`, 'aggregateRating', 2],
      [`/${format}[0]/offers`, 'priceCurrency', 4],
      [`/${format}[0]/offers/1`, 'price', 5],
      [`/${format}[1]`, 'name', 7],
    ])
  })

  it('is the same without the elements that HTML implies', () => {
    expect(seenNames(judgeText(markup))).toEqual(seenNames(judgePage(markup)))
  })
})

describe('microdata', () => {
  it('may refer to what stands elsewhere, and to nothing at all', () => {
    const judgement = judgePage(`<p id="n" itemprop="name">Jo</p>
      <div itemscope itemtype="https://schema.org/Person" itemref="n nowhere constructor __proto__"></div>
      <b id="constructor">x</b>`)
    expect(seenNames(judgement)).toEqual({ Person: ['name'] })
  })

  it('judges a value that has a type only', () => {
    const author = '<p itemprop="author" itemscope itemtype="https://schema.org/Person"></p>'
    const judgement = judgePage(`<div itemscope itemtype="https://schema.org/Article">${author}</div>`)
    expect(namesOf(judgement, 'required')).toContain('Person.name')
  })

  it('tells of a picture that is no picture yet', () => {
    const image = '<img itemprop="image" src="data:image/gif;base64,R0lGOD">'
    const judgement = judgePage(`<div itemscope itemtype="https://schema.org/Product">${image}</div>`)
    expect(namesOf(judgement, 'value_not_url')).toEqual(['Product.image'])
  })

  it('of another vocabulary, or none, is not judged', () => {
    const foreign = '<div itemscope itemtype="https://x.example/Lamp"><p itemprop="name">x</p></div>'
    expect(judgePage(foreign)).toMatchObject({ findings: [], seen: [] })
    expect(judgePage('<div itemscope><p itemprop="name">x</p></div>').findings).toMatchObject([
      { code: 'no_structured_data' },
    ])
  })

  it('may go round in circles', () => {
    const circle = `<div id="a" itemscope itemid="#a" itemtype="https://schema.org/Person" itemref="b"></div>
      <div id="b" itemprop="knows" itemscope itemid="#b" itemtype="https://schema.org/Person" itemref="a c"></div>
      <link id="c" itemprop="knows" href="#a">`
    expect(seenNames(judgePage(circle, 'https://x.example/'))).toEqual({ Person: ['knows'] })
  })
})

describe('rdfa', () => {
  it('may have prefixes, lists and links', () => {
    const judgement = judgePage(`<div prefix="s: https://schema.org/" typeof="s:ItemList" resource="#list">
      <p property="s:itemListElement" inlist>One</p><p property="s:itemListElement" inlist>Two</p>
      <a property="s:url" href="/list">link</a></div>`)
    expect(judgement.findings).toEqual([])
    expect(judgement.seen).toMatchObject([
      {
        type: 'ItemList',
        properties: [
          { name: 'itemListElement', kinds: ['text'] },
          { name: 'url', kinds: ['url'] },
        ],
      },
    ])
  })

  it('that its parser stumbles over costs no more than what follows', () => {
    const page = `<div vocab="https://schema.org/" typeof="Brand"><b property="name">x</b></div><b property="constructor">y</b>
      <p itemscope itemtype="https://schema.org/Person"><b itemprop="name">Jo</b></p>`
    const judgement = judgePage(page)
    expect(ofCode(judgement, 'markup_not_readable')).toMatchObject([{ severity: 'warning', line: 1 }])
    expect(seenNames(judgement)).toEqual({ Brand: ['name'], Person: ['name'] })
  })

  it('is not what Open Graph writes', () => {
    expect(judgePage('<meta property="og:title" content="x">').findings).toMatchObject([
      { code: 'no_structured_data' },
    ])
  })
})
