import { createLines } from '../../lines.ts'
import type { FindingParts } from '../findings.ts'
import type { Declared } from './declared.ts'
import type { Fault } from './library.ts'
import { localOf, pathOf, type Element, type PlacedFault } from './places.ts'
import { sayFault } from './words.ts'

export const DTD_REFUSED =
  'A document type declaration (<!DOCTYPE …>) and entities of its own are not allowed.'

/** What a judgement knows of a document and its schema when it tells of faults. */
export interface Told {
  text: string
  declared: Declared
}

/** Makes findings of the faults of one document. */
export function createFindingOf({ text, declared }: Told): (placed: PlacedFault) => FindingParts {
  const lines = createLines(text)
  return ({ fault, element, isAtStart, offset, text: content, model }) => {
    const attribute = element === null ? null : attributeOf(fault, element, isAtStart, declared)
    const name = localOf(element?.name ?? '')
    const kind = attribute === null ? 'element' : 'attribute'
    const said = sayFault(fault.message, {
      element: name,
      attribute,
      value: valueOf(attribute, element, content, isAtStart),
      type: declared.typeOf(kind, attribute ?? name),
      isRoot: element?.parent?.parent === null,
      model: model ?? null,
      declared,
      attributeOf: (wanted) => (element === null ? undefined : attributeValue(element, wanted)),
    })
    const child = childOf(fault, element)
    const at = child ?? element
    const path = pathOf(at)
    return {
      code: said.code,
      message: said.message,
      path: attribute === null || MISSING.test(fault.message) ? path : `${path}/@${attribute}`,
      property: attribute ?? localOf(at?.name ?? name),
      ...lines.at(placeOf(child ?? element, child === null ? attribute : null, text, offset, isAtStart)),
    }
  }
}

/** Why a document is no XML, as a finding. */
export function malformed(reason: string, place: { line?: number; column?: number }): FindingParts {
  return { code: 'not_well_formed', message: `The document is not well-formed XML. ${reason}`, ...place }
}

const MISSING = /^missing required attribute '/
const OF_ATTRIBUTE =
  /^(?:missing required attribute '(.*)'|attribute '(.*?)' (?:is not declared for element|has value|must be).*|prohibited attribute '(.*)' is present)$/s
const OF_ELEMENT =
  /^(?:no declaration found for|element '|type |complex type |'xsi:|no character data|empty content|missing elements|identity|schema )/
const DANGLING = /^ID attribute '(.*)' is referenced/s

/** The attribute that a fault is about; null when it is the element, or could be more than one attribute. */
function attributeOf(
  { message }: Fault,
  element: Element,
  isAtStart: boolean,
  declared: Declared,
): string | null {
  const [, ...names] = OF_ATTRIBUTE.exec(message) ?? []
  const named = names.find(Boolean)
  if (named !== undefined) return localOf(named.slice(named.indexOf('}') + 1))
  const id = DANGLING.exec(message)?.[1]
  const attributes = Object.entries(element.attributes).filter(([name]) => !/^xmlns(?::|$)/.test(name))
  const only = (found: typeof attributes) => (found.length === 1 ? localOf(found[0]?.[0] ?? '') : null)
  if (id !== undefined) return only(attributes.filter(([, value]) => value.split(/\s+/).includes(id)))
  if (!isAtStart || OF_ELEMENT.test(message)) return null
  // What is wrong with a value is told with it, mostly.
  const value = /'(.*?)'/s.exec(message)?.[1]
  if (value === '' || /^empty string|^string contains only/.test(message)) {
    return only(attributes.filter(([, each]) => each.trim() === ''))
  }
  if (value !== undefined) {
    return only(attributes.filter(([, each]) => collapsed(each).includes(collapsed(value))))
  }
  return (
    only(attributes) ??
    only(
      attributes.filter(([name, each]) => NUMBERS.has(typeName(declared, name)) && !NUMBER.test(each.trim())),
    )
  )
}

const NUMBERS = new Set(['decimal', 'float', 'double', 'gYear'])
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

function typeName(declared: Declared, attribute: string): string {
  return declared.typeOf('attribute', localOf(attribute))?.builtin ?? ''
}

function collapsed(value: string): string {
  return value.trim().replaceAll(/\s+/g, ' ')
}

function valueOf(
  attribute: string | null,
  element: Element | null,
  content: string,
  isAtStart: boolean,
): string | null {
  if (element === null) return null
  if (attribute !== null) return attributeValue(element, attribute) ?? null
  return element.children.size === 0 && (!isAtStart || element.isSelfClosing) ? content.trim() : null
}

function attributeValue(element: Element, local: string): string | undefined {
  return Object.entries(element.attributes).find(([name]) => localOf(name) === local)?.[1]
}

const MISPLACED = /^element '(.*)' is not allowed for content model/s

/** The element that stands where it may not, when there is but one that it can be: the parser tells of its parent. */
function childOf({ message }: Fault, parent: Element | null): Element | null {
  const name = MISPLACED.exec(message)?.[1]
  if (name === undefined || parent === null) return null
  const alike = [...parent.children].filter(([each]) => localOf(each) === localOf(name))
  const [only, another] = alike.map(([, child]) => child)
  return another === undefined && only?.count === 1 ? only.first : null
}

/** The offset that a finding points at: the attribute, the start tag, the value, or where the parser was. */
function placeOf(
  element: Element | null,
  attribute: string | null,
  text: string,
  offset: number,
  isAtStart: boolean,
): number {
  if (element === null) return offset
  if (attribute !== null) {
    const tag = text.slice(element.start, element.tagEnd)
    const found = new RegExp(`\\s(?:[^\\s=:"']+:)?${attribute.replaceAll('.', '\\.')}\\s*=`).exec(tag)
    if (found !== null) return element.start + found.index + 1
  }
  if (isAtStart) return element.start
  if (element.children.size === 0 && element.tagEnd < offset) return element.tagEnd
  return text.startsWith('>', offset - 1) ? text.lastIndexOf('<', offset - 1) : offset
}
