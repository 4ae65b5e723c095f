import { attributeOf, textOf, type PageNode } from './node.ts'
import type { QuadTerm } from './quads.ts'

/** Where a value that is a URL stands. */
const URL_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['a', 'href'],
  ['area', 'href'],
  ['link', 'href'],
  ['audio', 'src'],
  ['embed', 'src'],
  ['iframe', 'src'],
  ['img', 'src'],
  ['source', 'src'],
  ['track', 'src'],
  ['video', 'src'],
  ['object', 'data'],
])
/** Where another value stands. */
const VALUE_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['meta', 'content'],
  ['data', 'value'],
  ['meter', 'value'],
  ['time', 'datetime'],
])
/** These have no value but in their attribute. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set([...URL_ATTRIBUTES.keys(), 'meta', 'data', 'meter'])
const NUMBER = 'http://www.w3.org/2001/XMLSchema#double'

/**
 * The value of an element's property, an item apart (HTML standard, "value of a property"). One thing is not the standard's:
 * search engines take `content` from any element that has no attribute for its value.
 */
export function microdataValue(element: PageNode, baseUrl: string): QuadTerm {
  const { name } = element
  const urlAttribute = URL_ATTRIBUTES.get(name)
  const url = urlAttribute === undefined ? undefined : attributeOf(element, urlAttribute)
  if (url !== undefined) {
    const href = URL.parse(url, baseUrl)?.href
    return href === undefined ? literal(url) : { termType: 'NamedNode', value: href }
  }
  const valueAttribute = VALUE_ATTRIBUTES.get(name)
  const value = valueAttribute === undefined ? undefined : attributeOf(element, valueAttribute)
  if (value !== undefined && (name === 'data' || name === 'meter') && isNumber(value)) {
    return { ...literal(value), datatype: { value: NUMBER } }
  }
  return literal(value ?? attributeOf(element, 'content') ?? (WITHOUT_TEXT.has(name) ? '' : textOf(element)))
}

function literal(value: string): QuadTerm {
  return { termType: 'Literal', value }
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text))
}
