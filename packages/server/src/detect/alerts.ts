import type { AlertCondition, AlertOperator, AlertRule, AlertScope } from '../core/alert.ts'
import { LIMITS } from '../core/limits.ts'
import { whyNoVerdict, type Run } from '../core/run.ts'
import type { SeenType } from '../core/seen.ts'
import { isVerdict, isWithoutVerdict, type EndedRun } from './ended-run.ts'

/** Why a rule matched, in words. */
export interface AlertMatch {
  message: string
  /** What changed; null where there is nothing to compare. */
  before: string | null
  after: string | null
}

/** A run and what it is compared with. */
export type AlertFacts = Pick<EndedRun, 'run' | 'previous'>

/** Whether a rule looks at this run at all. */
export function isWatched(rule: AlertRule, run: Omit<Run, 'findings'>): boolean {
  return rule.enabled && concerns(rule.condition, run) && inScope(rule.scope, run)
}

/** A run that reached no verdict says nothing about the data: only rules that can ask for that look at it. */
function concerns({ type }: AlertCondition, run: Omit<Run, 'findings'>): boolean {
  switch (type) {
    case 'run_error':
      return isWithoutVerdict(run)
    case 'cel':
      return isVerdict(run) || isWithoutVerdict(run)
    case 'score_threshold':
    case 'score_drop':
    case 'property_missing':
    case 'type_removed':
    case 'errors':
      return isVerdict(run)
  }
}

/**
 * What a rule that looks at the run finds; null when it does not match. `celHolds` is asked of `cel` rules only: their
 * expressions are judged before, and elsewhere, because that may take its time.
 */
export function matchOf(
  condition: AlertCondition,
  facts: AlertFacts,
  celHolds: (expression: string) => boolean,
): AlertMatch | null {
  switch (condition.type) {
    case 'score_threshold':
      return scoreMatch(condition, facts)
    case 'score_drop':
      return dropMatch(condition.value, facts)
    case 'property_missing':
      return missingMatch(condition.property, facts)
    case 'type_removed':
      return removedMatch(condition.schemaType, facts)
    case 'errors':
      return errorsMatch(condition, facts)
    case 'run_error':
      return {
        message: `The run reached no verdict. ${whyNoVerdict(facts.run)}`,
        before: null,
        after: facts.run.result,
      }
    case 'cel': {
      const { expression } = condition
      if (!celHolds(expression)) return null
      return { message: `The run satisfies ${expression}.`, before: null, after: null }
    }
  }
}

function inScope(scope: AlertScope, { projectId, subject }: Pick<Run, 'projectId' | 'subject'>): boolean {
  switch (scope.type) {
    case 'all':
      return true
    case 'project':
      return projectId === scope.projectId
    case 'url_pattern':
      return subject !== null && fits(subject, scope.urlPattern)
  }
}

/** `*` stands for any characters. Looked for from left to right, without going back: no pattern takes long. */
export function fits(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let from = first.length
  for (const part of rest) {
    const at = text.indexOf(part, from)
    if (at === -1) return false
    from = at + part.length
  }
  return text.length - last.length >= from && text.endsWith(last)
}

type Comparison = { operator: AlertOperator; value: number }

const OPERATORS: Record<AlertOperator, { holds: (left: number, right: number) => boolean; words: string }> = {
  lt: { holds: (left, right) => left < right, words: 'below' },
  lte: { holds: (left, right) => left <= right, words: 'at or below' },
  gt: { holds: (left, right) => left > right, words: 'above' },
  gte: { holds: (left, right) => left >= right, words: 'at or above' },
  eq: { holds: (left, right) => left === right, words: 'exactly' },
}

function scoreMatch({ operator, value }: Comparison, { run, previous }: AlertFacts): AlertMatch | null {
  const { holds, words } = OPERATORS[operator]
  if (run.score === null || !holds(run.score, value)) return null
  const before = previous.scored?.score ?? null
  const was = before === null ? '' : `; it was ${before}`
  return {
    message: `The score is ${run.score}, ${words} ${value}${was}.`,
    before: before === null ? null : String(before),
    after: String(run.score),
  }
}

function dropMatch(value: number, { run, previous }: AlertFacts): AlertMatch | null {
  const before = previous.scored?.score ?? null
  if (run.score === null || before === null) return null
  const drop = Math.round((before - run.score) * 100) / 100
  if (drop < value) return null
  return {
    message: `The score fell by ${drop} points, from ${before} to ${run.score}.`,
    before: String(before),
    after: String(run.score),
  }
}

function missingMatch(named: string, { run, previous }: AlertFacts): AlertMatch | null {
  const { seen } = run
  if (seen === null || !isMissing(seen, named)) return null
  const before = previous.seen?.seen ?? null
  const was = before === null ? null : isMissing(before, named) ? 'missing' : 'present'
  return { message: `The property ${named} is missing.`, before: was, after: 'missing' }
}

/** `Type.property`: the type is there without it. `property`: nothing has it, and there is something that could. */
function isMissing(seen: readonly SeenType[], named: string): boolean {
  const [type, property] = named.includes('.') ? named.split('.', 2) : [null, named]
  const asked = seen.filter((candidate) => type === null || candidate.type === type)
  return asked.length > 0 && !asked.some(({ properties }) => properties.some(({ name }) => name === property))
}

function removedMatch(schemaType: string | null, { run, previous }: AlertFacts): AlertMatch | null {
  const before = previous.seen?.seen ?? null
  if (run.seen === null || before === null) return null
  // Not by a whole diff: hundreds of rules may ask this of one run.
  const left = new Set(run.seen.map(({ type }) => type))
  const removed = [...new Set(before.map(({ type }) => type))].filter((type) => !left.has(type)).sort()
  const named = schemaType === null ? removed : removed.filter((type) => type === schemaType)
  if (named.length === 0) return null
  const subject = named.length === 1 ? 'The type' : 'The types'
  return {
    message: `${subject} ${listed(named)} ${named.length === 1 ? 'is' : 'are'} gone.`,
    before: typeNames(before),
    after: typeNames(run.seen),
  }
}

function typeNames(seen: readonly SeenType[]): string {
  return listed(seen.map(({ type }) => type)) || 'no types'
}

/** An alert is read by people: the first names say enough. */
function listed(names: readonly string[]): string {
  const more = names.length - LIMITS.alertNamesMax
  const shown = names.slice(0, LIMITS.alertNamesMax).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

const COUNTS: Record<AlertOperator, (value: number) => string> = {
  lt: (value) => `fewer than ${value}`,
  lte: (value) => `${value} or fewer`,
  gt: (value) => `more than ${value}`,
  gte: (value) => `${value} or more`,
  eq: (value) => `exactly ${value}`,
}

function errorsMatch({ operator, value }: Comparison, { run }: AlertFacts): AlertMatch | null {
  const count = run.counts.error
  if (!OPERATORS[operator].holds(count, value)) return null
  const noun = count === 1 ? 'error' : 'errors'
  return {
    message: `The run has ${count} ${noun}; the rule asks for ${COUNTS[operator](value)}.`,
    before: null,
    after: `${count} ${noun}`,
  }
}
