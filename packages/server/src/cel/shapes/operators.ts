import {
  ANY,
  BOOL,
  either,
  eitherOf,
  KIND,
  listShape,
  NOTHING,
  numberShape,
  shape,
  type Shape,
} from './shape.ts'

/** What comes of an operator or a function, by what it is used on; null for those that are not known here. */
export function resultOf(name: string, operands: readonly Shape[]): Shape | null {
  const [one = NOTHING, other = NOTHING] = operands
  if (operands.some(({ kinds }) => kinds === 0)) return NOTHING
  switch (name) {
    case '_==_':
      return equality(mayBeEqual(one, other), mayDiffer(one, other))
    case '_!=_':
      return equality(mayDiffer(one, other), mayBeEqual(one, other))
    case '_<_':
    case '_<=_':
      return ordered(one, other, name === '_<=_')
    case '_>_':
    case '_>=_':
      return ordered(other, one, name === '_>=_')
    case '!_':
      return shape(swapped(one.kinds))
    case '-_':
      return eitherOf([
        ...((one.kinds & KIND.number) === 0 ? [] : [numberShape(-one.most, -one.least)]),
        shape(one.kinds & KIND.other),
      ])
    case '_+_':
      return sum(one, other)
    case '_-_':
      return shape(one.kinds & other.kinds & (KIND.number | KIND.other))
    case '_*_':
    case '_/_':
    case '_%_':
      return shape(one.kinds & other.kinds & KIND.number)
    case 'size':
      return (one.kinds & (KIND.text | KIND.list | KIND.map)) === 0 ? NOTHING : numberShape(0, Infinity)
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
      return about(one, other, name)
    default:
      return converted(name, one)
  }
}

function converted(name: string, one: Shape): Shape | null {
  switch (name) {
    case 'string':
      return shape(KIND.text, { texts: one.kinds === KIND.text ? one.texts : null })
    case 'int':
    case 'uint':
    case 'double':
      return shape(KIND.number)
    case 'bool':
      return shape(BOOL)
    case 'type':
    case 'timestamp':
    case 'duration':
      return shape(KIND.other)
    case 'dyn':
      return one
    default:
      return null
  }
}

function equality(mayBeTrue: boolean, mayBeFalse: boolean): Shape {
  return shape((mayBeTrue ? KIND.true : 0) | (mayBeFalse ? KIND.false : 0))
}

/** Values of different kinds are never equal, whatever kind of number they are. */
export function mayBeEqual(one: Shape, other: Shape): boolean {
  const kinds = one.kinds & other.kinds
  if ((kinds & ~(KIND.number | KIND.text)) !== 0) return true
  if ((kinds & KIND.number) !== 0 && one.least <= other.most && other.least <= one.most) return true
  if ((kinds & KIND.text) === 0) return false
  const { texts } = other
  return one.texts === null || texts === null || [...one.texts].some((text) => texts.has(text))
}

function mayDiffer(one: Shape, other: Shape): boolean {
  return !(isConstant(one) && isConstant(other) && mayBeEqual(one, other))
}

function isConstant({ kinds, texts, least, most }: Shape): boolean {
  switch (kinds) {
    case KIND.true:
    case KIND.false:
    case KIND.null:
      return true
    case KIND.number:
      return least === most
    case KIND.text:
      return texts?.size === 1
    default:
      return false
  }
}

/** `less < more`, or `<=`. */
function ordered(less: Shape, more: Shape, orEqual: boolean): Shape {
  const kinds = less.kinds & more.kinds
  let result = 0
  if ((kinds & KIND.number) !== 0) {
    if (less.least < more.most || (orEqual && less.least === more.most)) result |= KIND.true
    if (less.most > more.least || (!orEqual && less.most === more.least)) result |= KIND.false
  }
  const others = kinds & (KIND.text | KIND.other)
  return shape(others !== 0 || ((less.kinds & BOOL) !== 0 && (more.kinds & BOOL) !== 0) ? BOOL : result)
}

function swapped(kinds: number): number {
  return ((kinds & KIND.true) === 0 ? 0 : KIND.false) | ((kinds & KIND.false) === 0 ? 0 : KIND.true)
}

function sum(one: Shape, other: Shape): Shape {
  const kinds = one.kinds & other.kinds
  const lists = listShape(() => either(one.item(), other.item()))
  const rest = shape(kinds & (KIND.number | KIND.text | KIND.other))
  return (kinds & KIND.list) === 0 ? rest : either(rest, lists)
}

const TESTS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  contains: (text, part) => text.includes(part),
  startsWith: (text, part) => text.startsWith(part),
  endsWith: (text, part) => text.endsWith(part),
}

function about(one: Shape, other: Shape, name: string): Shape {
  if ((one.kinds & other.kinds & KIND.text) === 0) return NOTHING
  const test = TESTS[name]
  const { texts } = other
  if (test === undefined || one.texts === null || texts?.size !== 1) return shape(BOOL)
  const [part = ''] = texts
  return eitherOf([...one.texts].map((text) => shape(test(text, part) ? KIND.true : KIND.false)))
}

/** What of a list or an object stands under a key that is not written out. */
export function indexed(of: Shape, key: Shape): Shape {
  const found = (of.kinds & KIND.list) !== 0 && (key.kinds & KIND.number) !== 0 ? of.item() : NOTHING
  // An object that an expression makes may have keys of any kind.
  return (of.kinds & KIND.map) !== 0 ? ANY : found
}
