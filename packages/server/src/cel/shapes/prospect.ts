import { placeOf, type Expr, type Parsed } from '../syntax.ts'
import { outcomesOf } from './outcomes.ts'
import { BOOL, KIND, type Shape } from './shape.ts'
import type { Slip } from './slip.ts'
import { describe, inWords } from './words.ts'

/** One kind of what a condition will be asked about. */
export interface Case {
  /** As it is told to people, such as `order.paid`; null where there is only one. */
  name: string | null
  /** By name; one that is never there has no kinds. */
  variables: ReadonlyMap<string, Shape>
}

/** What its owner should know of a condition that can be used. */
export interface Remark {
  /** Stays the same from version to version. */
  code: Slip['code'] | 'never_true'
  message: string
}

/** What a condition can come to: `refused` when it can be true in no case, with the reason. */
export type Prospect = { refused: string } | { refused: null; remarks: Remark[] }

/** Parts of expressions and schemas that one look may take; beyond it nothing is said. */
const STEPS_MAX = 50_000
const REMARKS_MAX = 10
/** Cases that a message names. */
const NAMES_SHOWN = 5

class TooMuch extends Error {}

interface Look {
  name: string | null
  outcomes: Shape
  /** Of each part that was reached, what is wrong with it. */
  parts: ReadonlyMap<Expr, Slip | null>
}

/** Counts steps, and ends what takes too many. Shared with whoever makes the shapes. */
export function createSteps(max = STEPS_MAX): () => void {
  let left = max
  return () => {
    if (left-- <= 0) throw new TooMuch()
  }
}

/** The cases, or none when making them takes too many steps. */
export function casesWithin(
  casesOf: (spend: () => void) => readonly Case[],
  spend: () => void,
): readonly Case[] {
  try {
    return casesOf(spend)
  } catch (error) {
    if (error instanceof TooMuch) return []
    throw error
  }
}

/**
 * Looks at what a condition can come to in each case. Twice: with whatever the shapes allow, which tells what cannot be;
 * and with nothing but what they declare, which tells what its author seems to have got wrong.
 */
export function prospectOf(
  parsed: Parsed,
  text: string,
  cases: readonly Case[],
  spend: () => void = createSteps(),
): Prospect {
  try {
    const certain = cases.map((each) => lookAt(parsed.expr, each, false, spend))
    if (cases.length > 0 && certain.every((look) => !mayBeTrue(look))) {
      return { refused: reasonOf(certain, parsed, text) }
    }
    const likely = cases.map((each) => lookAt(parsed.expr, each, true, spend))
    return { refused: null, remarks: remarksOf(certain, likely, parsed, text) }
  } catch (error) {
    if (error instanceof TooMuch) return { refused: null, remarks: [] }
    throw error
  }
}

function lookAt(expression: Expr, { name, variables }: Case, isStrict: boolean, spend: () => void): Look {
  const parts = new Map<Expr, Slip | null>()
  const note = (at: Expr, slip: Slip | null): void => {
    // Within a loop a part is looked at more than once: it is a slip if it always is.
    if (!parts.has(at) || parts.get(at) !== null) parts.set(at, slip)
  }
  return { name, outcomes: outcomesOf(expression, { variables, isStrict, note, spend }), parts }
}

function mayBeTrue({ outcomes }: Look): boolean {
  return (outcomes.kinds & KIND.true) !== 0
}

function reasonOf(looks: readonly Look[], parsed: Parsed, text: string): string {
  const of = eventsOf(looks)
  const [slip] = [...sharedSlips(looks), ...looks.flatMap(({ parts }) => slipsOf(parts))]
  if (slip !== undefined) return `${sentence(slip, of, parsed, text)}, so it is never true${hint(slip[1])}`
  const [first] = looks
  const isOdd = looks.every(({ outcomes: { kinds } }) => kinds !== 0 && (kinds & BOOL) === 0)
  if (isOdd && first !== undefined)
    return `it gives ${describe(first.outcomes)}${of}, and neither true nor false`
  return `it can never be true${of}`
}

function remarksOf(
  certain: readonly Look[],
  likely: readonly Look[],
  parsed: Parsed,
  text: string,
): Remark[] {
  const shared = sharedSlips(likely)
  const remarks = shared.map((slip): Remark => {
    const concerned = likely.filter(({ parts }) => parts.get(slip[0]) != null)
    return {
      code: slip[1].code,
      message: `${sentence(slip, eventsOf(concerned), parsed, text)}${hint(slip[1])}`,
    }
  })
  // What a shared slip explains is not said twice.
  const idle = likely.filter((look) => !mayBeTrue(look) && !shared.some(([at]) => look.parts.get(at) != null))
  for (const look of idle) {
    const isSure = !mayBeTrue(certain[likely.indexOf(look)] ?? look)
    const [slip] = slipsOf(look.parts)
    const because = slip === undefined ? '' : `: ${sentence(slip, '', parsed, text)}${hint(slip[1])}`
    const never = isSure ? 'it is never true' : 'it is never true unless more is there than is declared'
    remarks.push({ code: 'never_true', message: `${never}${eventsOf([look])}${because}` })
  }
  return remarks.slice(0, REMARKS_MAX)
}

type PlacedSlip = readonly [at: Expr, slip: Slip]

/** Of each part that is a slip wherever it is reached: that slip. */
function sharedSlips(looks: readonly Look[]): PlacedSlip[] {
  const found = new Map<Expr, Slip | null>()
  for (const { parts } of looks) {
    for (const [at, slip] of parts) if (found.get(at) !== null) found.set(at, slip)
  }
  return slipsOf(found)
}

function slipsOf(parts: ReadonlyMap<Expr, Slip | null>): PlacedSlip[] {
  return [...parts].flatMap(([at, slip]): PlacedSlip[] => (slip === null ? [] : [[at, slip]]))
}

function sentence([at, { message }]: PlacedSlip, of: string, parsed: Parsed, text: string): string {
  return `${placeOf(at, parsed, text)}: ${message}${of}`
}

function hint({ meant }: Slip): string {
  return meant === null ? '' : `. Did you mean ${meant}?`
}

/** ` in order.paid and order.sent` */
function eventsOf(looks: readonly Look[]): string {
  const names = looks.flatMap(({ name }) => (name === null ? [] : [name]))
  if (names.length === 0) return ''
  const more = names.length - NAMES_SHOWN
  const shown = more > 0 ? [...names.slice(0, NAMES_SHOWN), `${more} more`] : names
  return ` in ${inWords(shown, 'and')}`
}
