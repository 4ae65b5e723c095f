import type { CelEnv } from '@bufbuild/cel'
import type { Expr } from './syntax.ts'

/** False when an expression gives neither true nor false whatever the body. Most depend on it: those may. */
export function canBeBool({ exprKind }: Expr, environment: CelEnv): boolean {
  switch (exprKind.case) {
    case 'constExpr':
      return exprKind.value.constantKind.case === 'boolValue'
    case 'listExpr':
    case 'structExpr':
      return false
    case 'callExpr': {
      const { function: name, args } = exprKind.value
      if (name === '_?_:_') return args.slice(1).some((branch) => canBeBool(branch, environment))
      const overloads = [...(environment.funcs.find(name) ?? [])]
      // What has none is an operator that the library evaluates itself: && and ||, or an index.
      return overloads.length === 0 || overloads.some(({ result }) => /^(bool|dyn)$/.test(result.name))
    }
    case 'comprehensionExpr': {
      // `exists` and `all` give what they gather, a bool; `map` and `filter` a list; `exists_one` compares in the end.
      const { accuInit, accuVar, result } = exprKind.value
      const isGathered = result?.exprKind.case === 'identExpr' && result.exprKind.value.name === accuVar
      const last = isGathered ? accuInit : result
      return last === undefined || canBeBool(last, environment)
    }
    case 'identExpr':
    case 'selectExpr':
    case undefined:
      return true
  }
}
