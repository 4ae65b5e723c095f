import { STEP_FUNCTION } from './environment.ts'
import { partsOf, type Call, type Expr } from './syntax.ts'

/** Puts a look at the budget before each step of each loop: nothing else in CEL takes long for being written short. */
export function meterLoops(expression: Expr): void {
  const { exprKind } = expression
  for (const part of partsOf(expression)) meterLoops(part)
  if (exprKind.case !== 'comprehensionExpr' || exprKind.value.loopCondition === undefined) return
  exprKind.value.loopCondition = stepBefore(exprKind.value.loopCondition)
}

function stepBefore(condition: Expr): Expr {
  const value: Call = { $typeName: 'cel.expr.Expr.Call', function: STEP_FUNCTION, args: [condition] }
  return { $typeName: 'cel.expr.Expr', id: condition.id, exprKind: { case: 'callExpr', value } }
}
