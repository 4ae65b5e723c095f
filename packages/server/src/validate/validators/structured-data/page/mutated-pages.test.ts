import fc from 'fast-check'
import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes } from 'parse5'
import { expect, it } from 'vitest'
import {
  readMicrodata,
  type DomElement,
  type ReadItem,
  type ReadValue,
} from '../../../../../test/support/microdata-reader.ts'
import { createLines } from '../../../lines.ts'
import { openDocument } from '../open-document.ts'
import { readDocument } from '../read-document.ts'
import { createRemarks } from '../remarks.ts'
import type { Thing, Value } from '../thing.ts'

// What is read of pages that were damaged at random is held against a plain reader over a plain tree: neither what the
// tree lets go of, nor what the parser of Microdata makes of a page, may differ from the HTML standard.

const BASE = 'https://shop.example/lamps/'
const PAGES = 500
const MUTATIONS_MAX = 12

const PAGE = `<!doctype html><html><head><title>Lamps</title><link rel=canonical href="/lamps"></head><body>
<nav><ul itemscope itemtype="https://schema.org/BreadcrumbList"><li itemprop="itemListElement" itemscope itemtype="https://schema.org/ListItem"><a itemprop="item" href="/"><span itemprop="name">Home</span></a><meta itemprop="position" content="1"></ul></nav>
<div class="p" itemscope itemtype="https://schema.org/Product" itemref="more rating"><h1 itemprop="name">Lamp <b>Lumen</b></h1>
<p>A <i itemprop="description">warm <b>light</b></i> for all.<p itemprop="disambiguatingDescription">Two<br>lines
<img itemprop="image" src="lumen.jpg"><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><data itemprop="price" value="12.5">12,50</data><meta itemprop="priceCurrency" content="EUR"><link itemprop="availability" href="https://schema.org/InStock"></div>
<table><tr><td itemprop="sku">L-1</td><td><time itemprop="releaseDate" datetime="2026-01-02">January</time></table></div>
<div id="more"><span itemprop="color">red</span> <em itemprop="material">brass</em></div>
<div id="rating" itemprop="aggregateRating" itemscope itemtype="https://schema.org/AggregateRating"><span itemprop="ratingValue">4.5</span> of <span itemprop="bestRating" content="5">five</span></div>
<template><p itemscope itemtype="https://schema.org/Person"><b itemprop="name">Nobody</b></template>
<noscript><p itemscope itemtype="https://schema.org/Person"><b itemprop="name">Jo</b></p></noscript></body></html>`

const FRAGMENTS = [
  '</div>',
  '</p>',
  '</b>',
  '</span>',
  '</a>',
  '</table>',
  '<p>',
  '<div>',
  '<b>',
  '<a href=x>',
  '<table>',
  '<td>',
  '<tr>',
  '<li>',
  '<select><option>',
  '<template>',
  '</template>',
  '<svg>',
  '</svg>',
  '<svg/>',
  '<script>',
  '</script>',
  '<script/>',
  '<style>',
  '<!--',
  '-->',
  '<textarea>',
  '<title>',
  '<noscript>',
  '<button>',
  '<form>',
  '</form>',
  '<nobr>',
  '<br/>',
  '<span/>',
  '<body itemprop=name>',
  '<frameset>',
  '"',
  "'",
  '<',
  '>',
  '=',
  '&amp;',
  '&nbsp',
  '\0',
  '\r\n',
  ' ',
  '<b itemprop="description">',
  '<i itemprop="alternateName">',
  '<div itemscope itemtype="https://schema.org/Person">',
  '<div itemprop="brand" itemscope>',
  '<meta itemprop="name">',
  '<a itemprop="url">',
  '<p itemprop="logo" itemtype="https://schema.org/ImageObject">',
  '<image itemprop=image src=x>',
  '<h2 itemprop="name">',
  '<math><mi itemprop=name>',
  '<foreignObject itemprop=name>',
]

/** Where, what to take away, and what to put there. */
const mutation = fc.tuple(
  fc.nat(),
  fc.oneof(fc.constant(0), fc.nat(3), fc.nat(40)),
  fc.option(fc.constantFrom(...FRAGMENTS)),
)

it('holds the same items, properties and values for a plain reader', () => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: MUTATIONS_MAX }), (mutations) => {
      let page = PAGE
      for (const [position, length, inserted] of mutations) {
        const at = position % page.length
        page = page.slice(0, at) + (inserted ?? '') + page.slice(at + length)
      }
      expect(ours(page)).toEqual(theirs(page))
    }),
    { numRuns: PAGES, seed: Number(process.env['SEED'] ?? 7) },
  )
})

/** Items that have a type of schema.org, each as JSON with all that is in it. */
function ours(page: string): string[] {
  const opened = openDocument({ content: Buffer.from(page), contentType: 'text/html; charset=utf-8' }, [
    'microdata',
  ])
  if (opened === null) return []
  const things = readDocument(opened, BASE, ['microdata'], createRemarks(createLines(opened.text)))
  // What is nearly right is read as what was meant; the standard knows nothing of that.
  fc.pre(things.every(({ misspelt }) => misspelt.length === 0))
  return things
    .filter(({ types }) => types.some((type) => NAME.test(type)))
    .map((thing) => JSON.stringify(plainThing(thing, [])))
    .sort()
}

function plainThing(thing: Thing, around: readonly Thing[]): unknown {
  if (around.includes(thing)) return 'around'
  const properties = [...thing.properties]
    .filter(([name]) => NAME.test(name))
    .map(([name, values]) => [name, values.map((value) => plainValue(value, [...around, thing])).sort()])
  return { types: thing.types.filter((type) => NAME.test(type)).sort(), properties: properties.sort() }
}

function plainValue(value: Value, around: readonly Thing[]): string {
  if (value.kind !== 'thing') return plainText(String(value.value))
  const { thing } = value
  return thing.id !== null && thing.origin === null ? thing.id : JSON.stringify(plainThing(thing, around))
}

function theirs(page: string): string[] {
  const document = parse(page, { scriptingEnabled: false })
  return readMicrodata(domOf(document), BASE)
    .filter(isTyped)
    .map((item) => JSON.stringify(plainItem(item, [])))
    .sort()
}

/** What a mutation makes of a name may be an address, which in RDF is something else. */
const NAME = /^\w+$/
const TYPE = /^https:\/\/schema\.org\/(\w+)$/

function isTyped({ types }: ReadItem): boolean {
  return types.some((type) => TYPE.test(type))
}

function plainItem(item: ReadItem, around: readonly ReadItem[]): unknown {
  if (around.includes(item)) return 'around'
  const first = item.types.find((type) => type.includes(':'))
  // Names of another vocabulary are not looked at.
  const isForeign = first?.startsWith('https://schema.org/') === false
  const properties = [...(isForeign ? [] : item.properties)]
    .map(([name, values]): [string, string[]] => [
      name.replace('https://schema.org/', ''),
      values
        .filter((value) => typeof value !== 'string' || value.trim() !== '')
        .map((value) => plainReadValue(value, [...around, item]))
        .sort(),
    ])
    .filter(([name, values]) => values.length > 0 && NAME.test(name))
  return {
    types: item.types.flatMap((type) => TYPE.exec(type)?.[1] ?? []).sort(),
    properties: properties.sort(),
  }
}

function plainReadValue(value: ReadValue, around: readonly ReadItem[]): string {
  return typeof value === 'string' ? plainText(value) : JSON.stringify(plainItem(value, around))
}

/** A number is the same however it is written. */
function plainText(text: string): string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text
}

type ParentNode = DefaultTreeAdapterTypes.ParentNode

function domOf(node: ParentNode): DomElement {
  const known = new Map<ParentNode, DomElement>()
  function wrap(each: ParentNode): DomElement {
    const existing = known.get(each)
    if (existing !== undefined) return existing
    const children = each.childNodes.filter((child) => defaultTreeAdapter.isElementNode(child))
    const element: DomElement = {
      localName: 'tagName' in each ? each.tagName : '',
      namespaceURI: 'tagName' in each ? each.namespaceURI : null,
      get textContent() {
        return textOf(each)
      },
      get children() {
        return children.map(wrap)
      },
      getAttribute: (name) =>
        ('attrs' in each ? each.attrs.find((attribute) => attribute.name === name)?.value : undefined) ??
        null,
    }
    known.set(each, element)
    return element
  }
  return wrap(node)
}

function textOf(node: ParentNode): string {
  return node.childNodes
    .map((child) =>
      defaultTreeAdapter.isTextNode(child) ? child.value : 'childNodes' in child ? textOf(child) : '',
    )
    .join('')
}
