/** What a DOM has to have for the reader below: that of a browser has it, so that the reader runs there as it stands. */
export interface DomElement {
  localName: string
  namespaceURI: string | null
  textContent: string | null
  children: Iterable<DomElement>
  getAttribute(name: string): string | null
}

export type ReadValue = string | ReadItem

export interface ReadItem {
  types: string[]
  properties: Map<string, ReadValue[]>
}

const HTML = 'http://www.w3.org/1999/xhtml'
const URL_ATTRIBUTES: Record<string, string> = {
  a: 'href',
  area: 'href',
  link: 'href',
  audio: 'src',
  embed: 'src',
  iframe: 'src',
  img: 'src',
  source: 'src',
  track: 'src',
  video: 'src',
  object: 'data',
}

/**
 * Microdata by the letter of the HTML standard (https://html.spec.whatwg.org/multipage/microdata.html), over the whole tree
 * and without a thought for size: every item of a page, whether it is the value of another or not. One thing is
 * not the standard's: search engines take `content` from any element that has no value attribute of its own.
 */
export function readMicrodata(root: DomElement, baseUrl: string): ReadItem[] {
  const all = [...descendants(root)]
  const known = new Map<DomElement, ReadItem>()

  function itemOf(element: DomElement): ReadItem {
    const existing = known.get(element)
    if (existing !== undefined) return existing
    const item: ReadItem = { types: words(element.getAttribute('itemtype')), properties: new Map() }
    known.set(element, item)
    for (const property of propertyElements(element)) {
      const value = isItem(property) ? itemOf(property) : valueOf(property, baseUrl)
      for (const name of new Set(words(property.getAttribute('itemprop')))) {
        const values = item.properties.get(name)
        if (values === undefined) item.properties.set(name, [value])
        else values.push(value)
      }
    }
    return item
  }

  /** "The properties of an item". */
  function propertyElements(item: DomElement): DomElement[] {
    const found = new Set<DomElement>()
    const visited = new Set([item])
    const pending = [...item.children]
    for (const id of words(item.getAttribute('itemref'))) {
      const referred = all.find((each) => each.getAttribute('id') === id)
      if (referred !== undefined) pending.push(referred)
    }
    for (let element = pending.shift(); element !== undefined; element = pending.shift()) {
      if (visited.has(element)) continue
      visited.add(element)
      if (!isItem(element)) pending.push(...element.children)
      if (element.namespaceURI === HTML && words(element.getAttribute('itemprop')).length > 0)
        found.add(element)
    }
    return all.filter((element) => found.has(element))
  }

  return all.filter(isItem).map(itemOf)
}

function isItem(element: DomElement): boolean {
  return element.namespaceURI === HTML && element.getAttribute('itemscope') !== null
}

/** "The value of a property". */
function valueOf(element: DomElement, baseUrl: string): string {
  const { localName } = element
  const content = element.getAttribute('content')
  if (localName === 'meta') return content ?? ''
  const urlAttribute = URL_ATTRIBUTES[localName]
  if (urlAttribute !== undefined) {
    const url = element.getAttribute(urlAttribute)
    return url === null ? (content ?? '') : (URL.parse(url, baseUrl)?.href ?? url)
  }
  if (localName === 'data' || localName === 'meter') return element.getAttribute('value') ?? content ?? ''
  const datetime = localName === 'time' ? element.getAttribute('datetime') : null
  return datetime ?? content ?? element.textContent ?? ''
}

function* descendants(element: DomElement): Generator<DomElement> {
  for (const child of element.children) {
    yield child
    yield* descendants(child)
  }
}

function words(text: string | null): string[] {
  return (text ?? '').split(/[\t\n\f\r ]+/).filter((word) => word !== '')
}
