import type { CelEnv } from '@bufbuild/cel'
import { isWithheld } from './environment.ts'
import type { Patterns } from './patterns.ts'
import type { Shape } from './shapes/shape.ts'
import { meantField } from './shapes/words.ts'
import { partsOf, type Call, type Expr } from './syntax.ts'

export interface Refusal {
  at: Expr
  /** Plain words, no full stop. */
  reason: string
}

export interface Rules {
  environment: CelEnv
  patterns: Patterns
  variables: ReadonlySet<string>
  /** As far as anything is known of the variables: for telling what a name was meant to be. */
  known: ReadonlyMap<string, Shape>
  mayNestLoops: boolean
}

interface Scope {
  names: ReadonlySet<string>
  /** Whether what stands here is evaluated for each item of a list. */
  isLoop: boolean
}

/** Names that stand for types, as in `type(data.x) == string`. */
const TYPES: ReadonlySet<string> = new Set('bool double int list map null_type string type uint'.split(' '))

/** What the library evaluates itself instead of looking it up. */
const OPERATORS: ReadonlySet<string> = new Set(['_&&_', '_||_', '_?_:_', '_[_]', '@not_strictly_false'])

/** How the macros are written: one that is left as a call was written otherwise. */
const MACROS: ReadonlyMap<string, string> = new Map([
  ['has', 'has(data.score)'],
  ['all', 'list.all(item, item > 1)'],
  ['exists', 'list.exists(item, item > 1)'],
  ['exists_one', 'list.exists_one(item, item > 1)'],
  ['filter', 'list.filter(item, item > 1)'],
  ['map', 'list.map(item, item + 1)'],
])

/** The first thing in a parsed expression that is not allowed, or that no values could give a meaning. */
export function findRefusal(expression: Expr, rules: Rules): Refusal | null {
  return look(expression, { names: rules.variables, isLoop: false })

  function look(at: Expr, scope: Scope): Refusal | null {
    const reason = reasonAgainst(at, scope, rules)
    if (reason !== null) return { at, reason }
    if (at.exprKind.case !== 'comprehensionExpr') return lookAll(partsOf(at), scope)
    const { iterRange, iterVar, accuVar, loopCondition, loopStep } = at.exprKind.value
    const inside = { names: new Set([...scope.names, iterVar, accuVar]), isLoop: true }
    // The other parts are the macro's own.
    return lookAll([iterRange], scope) ?? lookAll([loopCondition, loopStep], inside)
  }

  function lookAll(parts: (Expr | undefined)[], scope: Scope): Refusal | null {
    for (const part of parts) {
      const refusal = part === undefined ? null : look(part, scope)
      if (refusal !== null) return refusal
    }
    return null
  }
}

function reasonAgainst({ exprKind }: Expr, scope: Scope, rules: Rules): string | null {
  const { names, isLoop } = scope
  switch (exprKind.case) {
    case 'comprehensionExpr':
      return isLoop && !rules.mayNestLoops
        ? 'all, exists, exists_one, filter and map cannot stand inside one another'
        : null
    case 'identExpr': {
      const { name } = exprKind.value
      if (names.has(name) || TYPES.has(name)) return null
      return `there is no "${name}" here, only ${[...rules.variables].join(', ')}${hint(name, rules)}`
    }
    case 'structExpr':
      return exprKind.value.messageName === '' ? null : 'protobuf messages cannot be made'
    case 'constExpr':
      return exprKind.value.constantKind.case === 'bytesValue' ? 'JSON has no bytes' : null
    case 'callExpr':
      return reasonAgainstCall(exprKind.value, rules)
    case 'selectExpr':
    case 'listExpr':
    case undefined:
      return null
  }
}

function hint(name: string, { variables, known }: Rules): string {
  const meant = meantField(name, null, variables, known)
  return meant === null ? '' : `. Did you mean ${meant}?`
}

function reasonAgainstCall(call: Call, { environment, patterns }: Rules): string | null {
  const { function: name, target, args } = call
  if (OPERATORS.has(name)) return null
  const macro = MACROS.get(name)
  if (macro !== undefined) return `${name} is written like ${macro}`
  const overloads = isWithheld(name) ? [] : [...(environment.funcs.find(name) ?? [])]
  if (overloads.length === 0) return `there is no function "${name}"`
  const isCallable = overloads.some(
    (overload) =>
      overload.arguments.length === args.length && (overload.target === undefined) === (target === undefined),
  )
  if (!isCallable) return `${name} is not called like this`
  return name === 'matches' ? reasonAgainstPattern(args[0], patterns) : null
}

/** A pattern is known beforehand, so that it can be judged by its size. */
function reasonAgainstPattern(argument: Expr | undefined, patterns: Patterns): string | null {
  const constant = argument?.exprKind.case === 'constExpr' ? argument.exprKind.value.constantKind : null
  if (constant?.case !== 'stringValue') return 'the pattern for matches must be written out'
  try {
    patterns.compile(constant.value)
    return null
  } catch (error) {
    return `the pattern cannot be used: ${error instanceof Error ? error.message : String(error)}`
  }
}
