import {
  celEnv,
  celFunc,
  celListConcat,
  celMap,
  celMethod,
  CelScalar,
  listType,
  type CelEnv,
  type CelFunc,
} from '@bufbuild/cel'
import type { Budget } from './budget.ts'
import { contains } from './contains.ts'
import type { Patterns } from './patterns.ts'

/** The longest string an expression may put together; a body has none longer. */
const TEXT_CHARACTERS_MAX = 1024 * 1024
/** The longest list; a body of 1 MiB has at most 524,288 items. */
const LIST_ITEMS_MAX = 1_000_000

/** Asked before each step of a loop (loops.ts). No expression can name it. */
export const STEP_FUNCTION = '@step'

/**
 * Functions the library has and an expression does not. `bytes`: JSON has none, and no heap limit counts their memory.
 * `getHours` and the like: the library is an hour off where the machine's time zone skips one, and the calendars they make
 * are memory that no heap limit counts either.
 */
export function isWithheld(name: string): boolean {
  return name === 'bytes' || name.startsWith('get')
}

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar
const LIST = listType(DYN)

/**
 * CEL's own functions with what a tenant's text needs: bounds on what grows, and arithmetic between the numbers of JSON,
 * which are doubles, and those of an expression such as `data.duration_ms / 1000`, which are ints. (Comparisons mix them
 * in any CEL.) The bounds keep every single allocation small, since V8 ends the process over a large one.
 */
export function createEnvironment(budget: Budget, patterns: Patterns): CelEnv {
  tellNullFromAbsent()
  return celEnv({ funcs: [...boundedFunctions(budget), ...mixedArithmetic()], re2: patterns })
}

/**
 * In CEL a field that is null is there: `has(data.x)` and `"x" in data` are true of it (cel-spec, "Field Selection"). The
 * library's maps call it absent, and take no other answer than from their own class.
 */
function tellNullFromAbsent(): void {
  const maps = Object.getPrototypeOf(celMap(new Map())) as ReturnType<typeof celMap>
  maps.has = function (this: typeof maps, key) {
    return this.get(key) !== undefined
  }
}

function boundedFunctions(budget: Budget): CelFunc[] {
  return [
    celFunc(STEP_FUNCTION, [DYN], DYN, (value) => {
      budget.spendStep()
      return value
    }),
    celFunc('_+_', [STRING, STRING], STRING, (left, right) => {
      if (left.length + right.length > TEXT_CHARACTERS_MAX) budget.exceed('a string grows too long')
      return left + right
    }),
    celFunc('_+_', [LIST, LIST], LIST, (left, right) => {
      if (left.size + right.size > LIST_ITEMS_MAX) budget.exceed('a list grows too long')
      return celListConcat(left, right)
    }),
    celMethod('contains', STRING, [STRING], BOOL, function (part) {
      return contains(this, part)
    }),
  ]
}

const ARITHMETIC: Record<string, (left: number, right: number) => number> = {
  '_+_': (left, right) => left + right,
  '_-_': (left, right) => left - right,
  '_*_': (left, right) => left * right,
  '_/_': (left, right) => left / right,
  '_%_': (left, right) => left % right,
}

function mixedArithmetic(): CelFunc[] {
  const modulo = celFunc('_%_', [DOUBLE, DOUBLE], DOUBLE, (left, right) => left % right)
  const mixed = Object.entries(ARITHMETIC).flatMap(([operator, compute]) => [
    celFunc(operator, [DOUBLE, INT], DOUBLE, (left, right) => compute(left, Number(right))),
    celFunc(operator, [INT, DOUBLE], DOUBLE, (left, right) => compute(Number(left), right)),
  ])
  return [modulo, ...mixed]
}
