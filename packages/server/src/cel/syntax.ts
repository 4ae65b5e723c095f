import type { parse } from '@bufbuild/cel'

/** An expression as the library parses it: macros such as `exists` have become comprehensions. */
export type Parsed = ReturnType<typeof parse>
export type Expr = Parsed['expr']
type Cases = NonNullable<Extract<Expr['exprKind'], { case: string }>>
export type Call = Extract<Cases, { case: 'callExpr' }>['value']
export type Constant = Extract<Cases, { case: 'constExpr' }>['value']
export type Select = Extract<Cases, { case: 'selectExpr' }>['value']

/** The expressions that stand directly inside one. */
export function partsOf({ exprKind }: Expr): Expr[] {
  switch (exprKind.case) {
    case 'callExpr':
      return [exprKind.value.target, ...exprKind.value.args].filter((part) => part !== undefined)
    case 'selectExpr':
      return [exprKind.value.operand].filter((part) => part !== undefined)
    case 'listExpr':
      return exprKind.value.elements
    case 'structExpr':
      return exprKind.value.entries
        .flatMap(({ keyKind, value }) => [keyKind.case === 'mapKey' ? keyKind.value : undefined, value])
        .filter((part) => part !== undefined)
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value
      return [iterRange, accuInit, loopCondition, loopStep, result].filter((part) => part !== undefined)
    }
    case 'constExpr':
    case 'identExpr':
    case undefined:
      return []
  }
}

/** Where in the text the parser found an expression, as `line 1, column 8`: of `data.amount` that is the dot. */
export function placeOf({ id }: Expr, { sourceInfo }: Parsed, text: string): string {
  const before = text.slice(0, sourceInfo?.positions[id.toString()] ?? 0).split('\n')
  return place(before.length, (before.at(-1) ?? '').length + 1)
}

export function place(line: number, column: number): string {
  return `line ${line}, column ${column}`
}
