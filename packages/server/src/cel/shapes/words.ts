import { nearest } from '../../core/nearest.ts'
import { plainOperator } from '../failure.ts'
import type { Expr } from '../syntax.ts'
import { BOOL, KIND, type Shape } from './shape.ts'

const WORDS: readonly (readonly [number, string])[] = [
  [BOOL, 'true or false'],
  [KIND.number, 'a number'],
  [KIND.text, 'a string'],
  [KIND.list, 'a list'],
  [KIND.map, 'an object'],
  [KIND.null, 'null'],
  [KIND.other, 'a time or a type'],
]
/** Constants that are listed. */
const TEXTS_SHOWN = 5

/** What a value is: `a number from 0 to 100`, `"paid" or "open"`, `a string or null`. */
export function describe(shape: Shape): string {
  const words = WORDS.filter(([kinds]) => (shape.kinds & kinds) !== 0).map(([kinds, word]) => {
    if (kinds === KIND.number) return `${word}${rangeOf(shape)}`
    if (kinds === KIND.text && shape.texts !== null) return textsOf([...shape.texts])
    return kinds === BOOL && (shape.kinds & BOOL) !== BOOL ? String((shape.kinds & KIND.true) !== 0) : word
  })
  return inWords(words, 'or')
}

function rangeOf({ least, most }: Shape): string {
  if (least === most) return ` that is ${least}`
  if (Number.isFinite(least) && Number.isFinite(most)) return ` from ${least} to ${most}`
  if (Number.isFinite(least)) return ` of at least ${least}`
  return Number.isFinite(most) ? ` of at most ${most}` : ''
}

function textsOf(texts: readonly string[]): string {
  const shown = texts.slice(0, TEXTS_SHOWN).map((text) => JSON.stringify(text))
  return inWords(texts.length > TEXTS_SHOWN ? [...shown, 'another'] : shown, 'or')
}

export function inWords(words: readonly string[], link: 'and' | 'or'): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${link} ${last}`
}

/** A part of an expression as it may have been written: `data.items[0].price`. Of what is no path: `this`. */
export function written({ exprKind }: Expr): string {
  switch (exprKind.case) {
    case 'identExpr':
      return exprKind.value.name
    case 'selectExpr': {
      const { operand, field } = exprKind.value
      return operand === undefined ? 'this' : fieldPath(written(operand), field)
    }
    case 'callExpr': {
      const { function: name, args } = exprKind.value
      const [of, index] = args
      if (name !== '_[_]' || of === undefined || index === undefined) return 'this'
      const key = constantOf(index)
      return key === undefined ? `${written(of)}[…]` : `${written(of)}[${JSON.stringify(key)}]`
    }
    case 'constExpr': {
      const constant = constantOf({ exprKind })
      return constant === undefined ? 'this' : JSON.stringify(constant)
    }
    case 'listExpr':
    case 'structExpr':
    case 'comprehensionExpr':
    case undefined:
      return 'this'
  }
}

export function fieldPath(path: string, field: string): string {
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(field)
  return isName ? `${path}.${field}` : `${path}[${JSON.stringify(field)}]`
}

function constantOf({ exprKind }: Pick<Expr, 'exprKind'>): string | number | boolean | null | undefined {
  if (exprKind.case !== 'constExpr') return undefined
  const { constantKind } = exprKind.value
  switch (constantKind.case) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'stringValue':
    case 'doubleValue':
      return constantKind.value
    case 'int64Value':
    case 'uint64Value':
      return Number(constantKind.value)
    case 'bytesValue':
    case 'durationValue':
    case 'timestampValue':
    case undefined:
      return undefined
  }
}

/** Fields that are looked through for a name that stands elsewhere, and how deep. */
const FIELDS_SEARCHED_MAX = 500
const DEPTH_MAX = 4

/**
 * What a field that is not there was meant to be: one of the same object whose name is near, or one of that very name
 * elsewhere. `path` is of the object; null of the variables.
 */
export function meantField(
  name: string,
  path: string | null,
  names: Iterable<string>,
  variables: ReadonlyMap<string, Shape>,
): string | null {
  const near = nearest(name, names)
  if (near !== null) return path === null ? near : fieldPath(path, near)
  return elsewhere(name, variables)
}

/** The first to be found that is least deep. The whole of a body has everything a second time: it is looked at last. */
function elsewhere(name: string, variables: ReadonlyMap<string, Shape>): string | null {
  let level = [...variables].filter(([variable]) => variable !== 'body')
  let left = FIELDS_SEARCHED_MAX
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const near = nearest(
      name,
      level.map(([path]) => path.slice(path.lastIndexOf('.') + 1)),
    )
    const found = level.find(([path]) => path.slice(path.lastIndexOf('.') + 1) === near)
    if (near !== null && found !== undefined) return found[0]
    const below: typeof level = []
    for (const [path, shape] of level) {
      for (const field of shape.names()) {
        if (left-- <= 0) return null
        below.push([fieldPath(path, field), shape.field(field).likely])
      }
    }
    level = below
  }
  return null
}

export function misuse(operator: string, shapes: readonly Shape[]): string {
  return `${plainOperator(operator)} cannot be used on ${inWords(shapes.map(describe), 'and')}`
}
