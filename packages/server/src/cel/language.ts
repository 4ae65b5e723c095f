import { isCelError, parse, plan, type CelInput } from '@bufbuild/cel'
import type { Clock } from '../core/clock.ts'
import { canBeBool } from './can-be-bool.ts'
import { createBudget, type Budget } from './budget.ts'
import { createEnvironment } from './environment.ts'
import { plainReason } from './failure.ts'
import { meterLoops } from './loops.ts'
import { createPatterns } from './patterns.ts'
import { findRefusal, type Rules } from './restrictions.ts'
import { casesWithin, createSteps, prospectOf, type Case, type Prospect } from './shapes/prospect.ts'
import type { Shape } from './shapes/shape.ts'
import { place, placeOf, type Parsed } from './syntax.ts'

/**
 * How deep brackets may stand in brackets. The parser's stack has room for more, from about 200 on: but how many depends on
 * how long it has run, and what was found good once must remain so.
 */
const NESTING_MAX = 50
const TOO_DEEP = 'it is nested too deeply'
const NOTHING_KNOWN: ReadonlyMap<string, Shape> = new Map()

/** The values of the variables by name, as far as there are any. */
export type Bindings = Pick<ReadonlyMap<string, CelInput>, 'get'>

/** What came of a condition: true, false, or why it is neither, in plain words that are no sentence. */
export type Outcome = boolean | { kind: 'failed' | 'overrun'; message: string }

/** A compiled condition. */
export interface Condition {
  evaluate(bindings: Bindings): Outcome
}

export interface Refused {
  /** Plain words, with the place where it can be told. */
  refused: string
}

export interface LanguageOptions {
  /** What an expression may name. */
  variables: readonly string[]
  /**
   * What is always known of the variables. A field that cannot be there, and a condition that can never be true, are refused
   * as slips.
   */
  shapes?: ReadonlyMap<string, Shape>
  charactersMax: number
  /**
   * Whether a loop may stand in a loop, which multiplies the work by the length of a list each time: for whoever ends the
   * thread or process when it takes too long or too much memory. Otherwise nesting is refused.
   */
  mayNestLoops?: boolean
  /** For one evaluation; looked at before each step of a loop. Infinity leaves it to whoever ends the thread. */
  timeoutMs: number
  clock: Clock
}

/**
 * CEL as far as tenants may write it: conditions on JSON. Neither the text nor the values are trusted. Loops stop when
 * their time is up and what they put together is bounded; what a single step takes is not (a pattern on a long text, the
 * list that `map` makes), so a process or thread with limits of time and memory must stand around it.
 */
export interface Language {
  compile(text: string): Condition | Refused
  /** What a text can come to in cases of which the shapes are known; `spend` is for making those. */
  look: (text: string, casesOf: (spend: () => void) => readonly Case[]) => Prospect
}

export function createLanguage(options: LanguageOptions): Language {
  const { variables, shapes, charactersMax, mayNestLoops = false, timeoutMs, clock } = options
  const budget = createBudget(clock)
  const patterns = createPatterns()
  const environment = createEnvironment(budget, patterns)
  const rules: Omit<Rules, 'known'> = { environment, patterns, variables: new Set(variables), mayNestLoops }

  /** What `use` makes of a text that is an expression of this language. */
  function read<Result>(
    text: string,
    variablesKnown: ReadonlyMap<string, Shape> | undefined,
    use: (parsed: Parsed) => Result,
  ): Result | Refused {
    if (text.length > charactersMax) return { refused: `it is longer than ${charactersMax} characters` }
    if (depthOf(text) > NESTING_MAX) return { refused: TOO_DEEP }
    try {
      const parsed = parse(text)
      const refusal = findRefusal(parsed.expr, { ...rules, known: variablesKnown ?? NOTHING_KNOWN })
      if (refusal !== null) return { refused: `${placeOf(refusal.at, parsed, text)}: ${refusal.reason}` }
      if (!canBeBool(parsed.expr, environment)) return { refused: 'it gives neither true nor false' }
      return use(parsed)
    } catch (error) {
      return { refused: reasonOf(error, text) }
    }
  }

  return {
    compile: (text) =>
      read(text, shapes, (parsed) => {
        const slip =
          shapes === undefined ? null : slipOf(prospectOf(parsed, text, [{ name: null, variables: shapes }]))
        if (slip !== null) return { refused: slip }
        meterLoops(parsed.expr)
        const program = plan(environment, parsed)
        return {
          evaluate(bindings) {
            budget.begin(timeoutMs)
            return outcomeOf(program(propertiesOf(bindings)), budget)
          },
        }
      }),
    look(text, casesOf) {
      const spend = createSteps()
      const cases = casesWithin(casesOf, spend)
      return read(text, cases[0]?.variables, (parsed): Prospect => prospectOf(parsed, text, cases, spend))
    },
  }
}

/** What is certain to be wrong where there are no cases but one. */
function slipOf(prospect: Prospect): string | null {
  if (prospect.refused !== null) return prospect.refused
  return prospect.remarks.find(({ code }) => code === 'field_unknown')?.message ?? null
}

/** The library reads variables as properties. */
function propertiesOf(bindings: Bindings): Record<string, CelInput> {
  return new Proxy({}, { get: (_, name) => bindings.get(String(name)) })
}

function outcomeOf(result: unknown, budget: Budget): Outcome {
  if (typeof result === 'boolean') return result
  if (!isCelError(result)) return { kind: 'failed', message: 'it gave neither true nor false' }
  const { message } = result
  const isOverrun = budget.exceeded || message === STACK_OVERFLOW
  return { kind: isOverrun ? 'overrun' : 'failed', message: plainReason(message) }
}

/** In V8's words: what comes of values nested a hundred thousand deep, which are beyond the limits and no mistake. */
const STACK_OVERFLOW = 'Maximum call stack size exceeded'

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if ('([{'.includes(character)) deepest = Math.max(deepest, ++depth)
    else if (')]}'.includes(character)) depth = Math.max(0, depth - 1)
  }
  return deepest
}

/** The parser's errors bear a place, but their class is not exported. */
function reasonOf(error: unknown, text: string): string {
  if (error instanceof RangeError) return TOO_DEEP
  if (!(error instanceof Error)) return String(error)
  const { location, rawMessage } = error as Error & { location?: Location; rawMessage?: string }
  if (location === undefined) return error.message
  const { line, column, offset } = location.start
  const found =
    text[offset] === undefined ? 'it ends too early' : `it cannot be read from "${text[offset]}" on`
  return `${place(line, column)}: ${error.name === 'syntax error' ? found : (rawMessage ?? error.message)}`
}

interface Location {
  start: { line: number; column: number; offset: number }
}
