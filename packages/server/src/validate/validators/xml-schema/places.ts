import { SaxesParser } from 'saxes'
import type { Fault } from './library.ts'

/** An element of a document that has something wrong with it, and those around it. */
export interface Element {
  name: string
  parent: Element | null
  /** Which of those of its name it is within its parent, from 1. */
  index: number
  attributes: Readonly<Record<string, string>>
  /** Where its start tag begins and ends. */
  start: number
  tagEnd: number
  /** Whether it is written `<a/>`. */
  isSelfClosing: boolean
  /** How many of a name it holds, and the first of them. */
  children: Map<string, { count: number; first: Element }>
}

export interface PlacedFault {
  fault: Fault
  element: Element | null
  /** Whether the parser told it at the start tag, or further on. */
  isAtStart: boolean
  /** Where the parser was. */
  offset: number
  /** The text in an element that holds nothing else, at its end. */
  text: string
  /** What the schema has in the place of an element that it does not know; as the parser writes models. */
  model?: string
}

const UNDECLARED = /^no declaration found for element '/
const MISPLACED = /^element '(.*)' is not allowed for content model '(.*)'$/s
const OF_SIMPLE_TYPE = /^element '.*' is of simple type and cannot have elements/s
const DANGLING = /^ID attribute '(.*)' is referenced but was never declared$/s

/**
 * Finds the element of each fault, by reading the document once more. An element that is not declared is one fault: what the
 * parser says of its parent for it, of its attributes and of all that is in it is left out.
 */
export function placeFaults(text: string, faults: readonly Fault[]): PlacedFault[] {
  const starts = lineStarts(text)
  const queue = faults
    .filter(({ message }) => !DANGLING.test(message))
    .map((fault) => ({ fault, offset: (starts[fault.line - 1] ?? 0) + Math.max(0, fault.column - 1) }))
    .toSorted((one, other) => one.offset - other.offset)
  // These are told when all is over, wherever the reference is.
  const ofReferences = faults.filter(({ message }) => DANGLING.test(message))
  const dangling = new Map(ofReferences.map((fault): [string, Element[]] => [idIn(fault), []]))

  const placed: PlacedFault[] = []
  const undeclared = new Map<Element, Map<string, PlacedFault>>()
  const document: Element = {
    name: '',
    parent: null,
    index: 1,
    attributes: {},
    start: 0,
    tagEnd: 0,
    isSelfClosing: false,
    children: new Map(),
  }
  let current = document
  /** The outermost element around here that is not declared. */
  let unknown: Element | null = null
  let next = 0
  let tagStart = 0
  let content = ''

  function take(until: number, element: Element, isAtStart: boolean): void {
    for (let entry = queue[next]; entry !== undefined && entry.offset <= until; entry = queue[++next]) {
      if (unknown === null) place({ ...entry, element, isAtStart, text: content })
    }
  }

  function place(entry: PlacedFault): void {
    const { fault, element } = entry
    if (element === null) return void placed.push(entry)
    if (UNDECLARED.test(fault.message) && entry.isAtStart) {
      unknown = element
      const siblings = undeclared.get(element.parent ?? document) ?? new Map<string, PlacedFault>()
      if (!siblings.has(localOf(element.name))) siblings.set(localOf(element.name), entry)
      undeclared.set(element.parent ?? document, siblings)
    }
    const known = undeclared.get(element)
    const [, misplaced, model] = MISPLACED.exec(fault.message) ?? []
    const told = misplaced === undefined ? undefined : known?.get(localOf(misplaced))
    if (told !== undefined && model !== undefined) {
      told.model = model
      return
    }
    if (known !== undefined && OF_SIMPLE_TYPE.test(fault.message)) return
    placed.push(entry)
  }

  const parser = new SaxesParser({ xmlns: false, position: false })
  parser.on('opentagstart', () => {
    tagStart = text.lastIndexOf('<', parser.position - 1)
  })
  parser.on('opentag', ({ name, attributes, isSelfClosing }) => {
    take(tagStart, current, false)
    const element: Element = {
      name,
      parent: current,
      index: 1,
      attributes,
      start: tagStart,
      tagEnd: parser.position,
      isSelfClosing,
      children: new Map(),
    }
    const alike = current.children.get(name)
    if (alike === undefined) current.children.set(name, { count: 1, first: element })
    else element.index = ++alike.count
    if (dangling.size > 0) noteReferences(element, dangling)
    content = ''
    take(parser.position, element, true)
    current = element
  })
  parser.on('text', (part) => {
    content += part
  })
  parser.on('cdata', (part) => {
    content += part
  })
  parser.on('closetag', () => {
    take(parser.position, current, false)
    if (unknown === current) unknown = null
    undeclared.delete(current)
    content = ''
    current = current.parent ?? document
  })
  // The parser has taken it for XML.
  parser.on('error', () => undefined)
  parser.write(text).close()
  const root = [...document.children.values()][0]?.first ?? null
  for (const entry of queue.slice(next)) placed.push({ ...entry, element: root, isAtStart: false, text: '' })
  for (const fault of ofReferences) {
    const [only, another] = dangling.get(idIn(fault)) ?? []
    const element = another === undefined ? (only ?? root) : root
    placed.push({ fault, element, isAtStart: true, offset: root?.start ?? 0, text: '' })
  }
  return placed
}

function idIn({ message }: Fault): string {
  return DANGLING.exec(message)?.[1] ?? ''
}

function noteReferences(element: Element, dangling: ReadonlyMap<string, Element[]>): void {
  for (const value of Object.values(element.attributes)) {
    for (const token of value.split(/\s+/)) dangling.get(token)?.push(element)
  }
}

/** `item` of `x:item` and of `{urn:x}item`. */
export function localOf(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('}'), name.lastIndexOf(':')) + 1)
}

/** `/order/item[2]`: the number where there is more than one of the name. */
export function pathOf(element: Element | null): string {
  const steps: string[] = []
  for (let at = element; at !== null && at.parent !== null; at = at.parent) {
    const isOnly = at.parent.children.get(at.name)?.count === 1
    steps.unshift(isOnly ? at.name : `${at.name}[${at.index}]`)
  }
  return steps.map((step) => `/${step}`).join('')
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length)
  return starts
}
