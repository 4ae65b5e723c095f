import type { Call, Constant, Expr, Select } from '../syntax.ts'
import { indexed, mayBeEqual, resultOf } from './operators.ts'
import {
  ANY,
  BOOL,
  either,
  eitherOf,
  KIND,
  listShape,
  NOTHING,
  recordShape,
  shape,
  shapeOfValue,
  type Field,
  type Shape,
} from './shape.ts'
import type { Slip } from './slip.ts'
import { describe, fieldPath, meantField, misuse, written } from './words.ts'
import { nearest } from '../../core/nearest.ts'

/** What is known where a part of an expression stands. */
export interface Scope {
  variables: ReadonlyMap<string, Shape>
  /** Whether fields count as missing that an object of declared fields does not declare. */
  isStrict: boolean
  /** Told of each part that is reached, and of what is wrong with it. */
  note: (at: Expr, slip: Slip | null) => void
  /** Called for each part that is looked at; may throw to end it. */
  spend: () => void
}

/** Names that stand for types, and whatever else is no variable. */
const OTHER = shape(KIND.other)

/**
 * Everything that an expression may come to, and more: what is not among it cannot be. What only fails comes to nothing.
 */
export function outcomesOf(at: Expr, scope: Scope): Shape {
  scope.spend()
  const { exprKind } = at
  switch (exprKind.case) {
    case 'constExpr':
      return constant(exprKind.value)
    case 'identExpr':
      return variable(at, exprKind.value.name, scope)
    case 'selectExpr':
      return selected(at, exprKind.value, scope)
    case 'callExpr':
      return called(at, exprKind.value, scope)
    case 'listExpr': {
      const items = exprKind.value.elements.map((element) => outcomesOf(element, scope))
      return items.some(({ kinds }) => kinds === 0) ? NOTHING : listShape(() => eitherOf(items))
    }
    case 'structExpr':
      return record(at, scope)
    case 'comprehensionExpr':
      return looped(at, scope)
    case undefined:
      return ANY
  }
}

function constant({ constantKind }: Constant): Shape {
  switch (constantKind.case) {
    case 'nullValue':
      return shape(KIND.null)
    case 'boolValue':
    case 'stringValue':
    case 'doubleValue':
    case 'int64Value':
    case 'uint64Value':
      return shapeOfValue(constantKind.value)
    case 'bytesValue':
    case 'durationValue':
    case 'timestampValue':
    case undefined:
      return ANY
  }
}

function variable(at: Expr, name: string, { variables, note }: Scope): Shape {
  const found = variables.get(name) ?? OTHER
  if (found.kinds > 0) {
    note(at, null)
    return found
  }
  const present = new Map([...variables].filter(([, { kinds }]) => kinds > 0))
  const meant = meantField(name, null, present.keys(), present)
  note(at, { code: 'field_unknown', message: `there is no ${name}`, meant })
  return NOTHING
}

function selected(at: Expr, { operand, field: name, testOnly }: Select, scope: Scope): Shape {
  if (operand === undefined) return ANY
  const of = outcomesOf(operand, scope)
  if (of.kinds === 0) return NOTHING
  const path = written(operand)
  if ((of.kinds & KIND.map) === 0) {
    scope.note(at, kindMismatch(`${path} is ${describe(of)} and has no field "${name}"`))
    return testOnly ? shape(KIND.false) : NOTHING
  }
  return fieldOf(at, of, path, name, testOnly, scope)
}

function fieldOf(at: Expr, of: Shape, path: string, name: string, testOnly: boolean, scope: Scope): Shape {
  const found = of.field(name)
  const isAbsent = found.state === 'closed' || (scope.isStrict && isUndeclared(of, found))
  scope.note(at, isAbsent ? unknownField(of, path, name, found, scope) : null)
  if (isAbsent) return testOnly ? shape(KIND.false) : NOTHING
  if (!testOnly) return scope.isStrict ? found.likely : found.shape
  const isSure = found.required && of.kinds === KIND.map
  return isSure ? shape(KIND.true) : shape(BOOL)
}

/** Of an object that declares fields, one that it does not. */
function isUndeclared(of: Shape, { state }: Field): boolean {
  return state === 'open' && of.names().size > 0
}

function unknownField(of: Shape, path: string, name: string, { state }: Field, scope: Scope): Slip {
  const what = fieldPath(path, name)
  const message = state === 'closed' ? `there is no ${what}` : `${what} is not declared`
  return { code: 'field_unknown', message, meant: meantField(name, path, of.names(), scope.variables) }
}

function called(at: Expr, { function: name, target, args }: Call, scope: Scope): Shape {
  switch (name) {
    case '_&&_':
    case '_||_':
      return linked(at, args, name, scope)
    case '_?_:_':
      return chosen(at, args, scope)
    default:
  }
  const parts = target === undefined ? args : [target, ...args]
  const operands = parts.map((part) => outcomesOf(part, scope))
  const [one = NOTHING, other = NOTHING] = operands
  if (operands.some(({ kinds }) => kinds === 0)) return NOTHING
  if (name === '@in') return contained(at, parts, one, other, scope)
  if (name === '_[_]') {
    const [constant] = other.texts ?? []
    const isField = (one.kinds & KIND.map) !== 0 && other.texts?.size === 1 && constant !== undefined
    if (isField && parts[0] !== undefined) return fieldOf(at, one, written(parts[0]), constant, false, scope)
    return told(at, name, operands, indexed(one, other), scope)
  }
  const result = resultOf(name, operands) ?? ANY
  if (name === '_==_' || name === '_!=_') {
    scope.note(at, mayBeEqual(one, other) ? null : neverEqual(parts, [one, other]))
    return result
  }
  const isOrder = /^_[<>]=?_$/.test(name)
  if (isOrder && result.kinds !== 0 && (result.kinds & KIND.true) === 0 && parts[0] && parts[1]) {
    const bound = `${name.replaceAll('_', '')} ${written(parts[1])}`
    const message = `${written(parts[0])} is ${describe(one)} and never ${bound}`
    scope.note(at, { code: 'never_equal', message, meant: null })
    return result
  }
  return told(at, name, operands, result, scope)
}

/** What comes to nothing is used on what it is not made for. */
function told(at: Expr, name: string, operands: readonly Shape[], result: Shape, scope: Scope): Shape {
  scope.note(at, result.kinds === 0 ? kindMismatch(misuse(name, operands)) : null)
  return result
}

/** `&&` and `||`: what the one side decides alone, the other is not asked for. */
function linked(at: Expr, args: readonly Expr[], name: string, scope: Scope): Shape {
  const [left, right] = args
  if (left === undefined || right === undefined) return ANY
  const [goesOn, ends] = name === '_&&_' ? [KIND.true, KIND.false] : [KIND.false, KIND.true]
  const one = outcomesOf(left, scope)
  if (one.kinds !== 0 && (one.kinds & ~ends) === 0) return one
  const other = outcomesOf(right, scope)
  const odd = [one, other].findIndex(({ kinds }) => kinds !== 0 && (kinds & BOOL) === 0)
  scope.note(at, odd === -1 ? null : notBool(name, odd === 0 ? left : right, odd === 0 ? one : other))
  const bothGoOn = (one.kinds & other.kinds & goesOn) !== 0
  const oneEnds = ((one.kinds | other.kinds) & ends) !== 0
  return shape((bothGoOn ? goesOn : 0) | (oneEnds ? ends : 0))
}

function notBool(name: string, part: Expr, found: Shape): Slip {
  const operator = name.replaceAll('_', '')
  return kindMismatch(`${operator} needs true or false, and ${written(part)} is ${describe(found)}`)
}

function chosen(at: Expr, args: readonly Expr[], scope: Scope): Shape {
  const [condition, yes, no] = args
  if (condition === undefined || yes === undefined || no === undefined) return ANY
  const decides = outcomesOf(condition, scope)
  if (decides.kinds !== 0 && (decides.kinds & BOOL) === 0) scope.note(at, notBool('?', condition, decides))
  return either(
    (decides.kinds & KIND.true) === 0 ? NOTHING : outcomesOf(yes, scope),
    (decides.kinds & KIND.false) === 0 ? NOTHING : outcomesOf(no, scope),
  )
}

/** `x in list`, or `"name" in object`. */
function contained(at: Expr, parts: readonly Expr[], one: Shape, among: Shape, scope: Scope): Shape {
  const [part, whole] = parts
  if (part === undefined || whole === undefined) return ANY
  const [name] = one.texts ?? []
  const inMap =
    (among.kinds & KIND.map) === 0
      ? NOTHING
      : one.kinds === KIND.text && one.texts?.size === 1 && name !== undefined
        ? fieldOf(at, among, written(whole), name, true, scope)
        : shape(BOOL)
  if ((among.kinds & KIND.list) === 0) {
    return inMap.kinds === 0 ? told(at, '@in', [one, among], NOTHING, scope) : inMap
  }
  const item = among.item()
  const mayBe = mayBeEqual(one, item)
  if (whole.exprKind.case === 'listExpr') {
    for (const element of whole.exprKind.value.elements) {
      const found = outcomesOf(element, scope)
      scope.note(element, mayBeEqual(one, found) ? null : neverEqual([part, element], [one, found]))
    }
  } else scope.note(at, mayBe ? null : neverIn(parts, [one, item]))
  return either(inMap, shape((mayBe ? KIND.true : 0) | KIND.false))
}

function neverEqual(parts: readonly Expr[], shapes: readonly [Shape, Shape]): Slip {
  const isTurned = parts[0]?.exprKind.case === 'constExpr'
  const [part, other] = isTurned ? [parts[1], parts[0]] : parts
  const [one, constant] = isTurned ? [shapes[1], shapes[0]] : shapes
  const name = part === undefined ? 'this' : written(part)
  const value = other === undefined ? 'this' : written(other)
  const [text] = constant.texts ?? []
  const meant = text === undefined || one.texts === null ? null : nearest(text, one.texts)
  return {
    code: 'never_equal',
    message: `${name} is ${describe(one)} and never ${value === 'this' ? describe(constant) : value}`,
    meant: meant === null ? null : JSON.stringify(meant),
  }
}

function neverIn(parts: readonly Expr[], [one, item]: readonly [Shape, Shape]): Slip {
  const whole = parts[1] === undefined ? 'the list' : written(parts[1])
  const items = item.kinds === 0 ? 'no items' : `items that are ${describe(item)}`
  return { code: 'never_equal', message: `${whole} has ${items}, and never ${describe(one)}`, meant: null }
}

function kindMismatch(message: string): Slip {
  return { code: 'kind_mismatch', message, meant: null }
}

/** An object that the expression itself makes. */
function record(at: Expr, scope: Scope): Shape {
  if (at.exprKind.case !== 'structExpr') return ANY
  const fields = new Map<string, Shape>()
  let isKnown = true
  for (const { keyKind, value } of at.exprKind.value.entries) {
    const key = keyKind.case === 'mapKey' ? outcomesOf(keyKind.value, scope) : ANY
    const found = value === undefined ? ANY : outcomesOf(value, scope)
    if (key.kinds === 0 || found.kinds === 0) return NOTHING
    const [name] = key.texts ?? []
    if (key.texts?.size === 1 && name !== undefined) fields.set(name, found)
    else isKnown = false
  }
  return isKnown ? recordShape(fields) : shape(KIND.map)
}

/** `all`, `exists`, `exists_one`, `filter`, `map`: what is gathered after none, one or two items stands for any number. */
function looped(at: Expr, scope: Scope): Shape {
  if (at.exprKind.case !== 'comprehensionExpr') return ANY
  const { iterRange, iterVar, accuVar, accuInit, loopStep, result } = at.exprKind.value
  if (!iterRange || !accuInit || !loopStep || !result) return ANY
  const range = outcomesOf(iterRange, scope)
  if (range.kinds === 0) return NOTHING
  if ((range.kinds & (KIND.list | KIND.map)) === 0) {
    const message = `${written(iterRange)} is ${describe(range)}, and has no items to look through`
    scope.note(at, kindMismatch(message))
    return NOTHING
  }
  const item = either(
    (range.kinds & KIND.list) === 0 ? NOTHING : range.item(),
    // The keys: of an object that the expression makes they may be of any kind.
    (range.kinds & KIND.map) === 0 ? NOTHING : ANY,
  )
  let gathered = outcomesOf(accuInit, scope)
  // Without items nothing is gathered.
  for (let turn = 0; turn < 2 && item.kinds !== 0; turn++) {
    const variables = new Map([...scope.variables, [iterVar, item], [accuVar, gathered]])
    gathered = either(gathered, outcomesOf(loopStep, { ...scope, variables }))
  }
  return outcomesOf(result, { ...scope, variables: new Map([...scope.variables, [accuVar, gathered]]) })
}
