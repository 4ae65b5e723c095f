import { describe, expect, it } from 'vitest'
import { LIMITS } from '../core/limits.ts'
import { countFindings, type Finding, type Severity } from '../core/run.ts'
import { VERDICT_AT_START, withStep, type StepOutcome } from './verdict.ts'

function findings(severity: Severity, count: number): Finding[] {
  return Array.from({ length: count }, (_, index) => ({
    severity,
    code: 'type',
    message: `${severity} ${index}`,
    path: '',
    property: null,
    schemaType: null,
  }))
}

function judged(...list: Finding[]): StepOutcome {
  return { kind: 'judged', judgement: { findings: list, counts: countFindings(list) } }
}

const timedOut: StepOutcome = {
  kind: 'broken',
  result: 'TIMED_OUT',
  errorCategory: 'TIMEOUT',
  finding: findings('error', 1)[0]!,
}

describe('withStep', () => {
  it('passes on warnings and informations alone', () => {
    const verdict = withStep(
      VERDICT_AT_START,
      'blocking',
      judged(...findings('warning', 2), ...findings('info', 1)),
    )
    expect(verdict).toMatchObject({ result: 'PASS', counts: { error: 0, warning: 2, info: 1 } })
  })

  it('fails on one error of a blocking step', () => {
    const verdict = withStep(VERDICT_AT_START, 'blocking', judged(...findings('error', 1)))
    expect(verdict).toMatchObject({
      result: 'FAIL',
      counts: { error: 1, warning: 0, info: 0 },
      errorCategory: null,
    })
  })

  it('counts an advisory step’s errors as warnings', () => {
    const verdict = withStep(
      VERDICT_AT_START,
      'advisory',
      judged(...findings('error', 2), ...findings('warning', 1)),
    )
    expect(verdict).toMatchObject({ result: 'PASS', counts: { error: 0, warning: 3, info: 0 } })
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(['warning', 'warning', 'warning'])
  })

  it('ends as the way a blocking step broke', () => {
    const verdict = withStep(VERDICT_AT_START, 'blocking', timedOut)
    expect(verdict).toMatchObject({ result: 'TIMED_OUT', errorCategory: 'TIMEOUT', counts: { error: 1 } })
  })

  it('never lets an advisory step decide, not even by breaking', () => {
    const verdict = withStep(VERDICT_AT_START, 'advisory', timedOut)
    expect(verdict).toMatchObject({
      result: 'PASS',
      errorCategory: null,
      counts: { error: 0, warning: 1, info: 0 },
    })
  })

  it('adds up over the steps, keeping their order', () => {
    const first = withStep(VERDICT_AT_START, 'advisory', judged(...findings('error', 1)))
    const second = withStep(first, 'blocking', judged(...findings('error', 1)))
    expect(second.findings.map(({ severity }) => severity)).toEqual(['warning', 'error'])
    expect(second.counts).toEqual({ error: 1, warning: 1, info: 0 })
  })

  it('lists up to the limit and counts all', () => {
    const one = judged(...findings('warning', LIMITS.findingsMax - 1))
    const full = withStep(
      withStep(VERDICT_AT_START, 'blocking', one),
      'blocking',
      judged(...findings('error', 3)),
    )
    expect(full.findings).toHaveLength(LIMITS.findingsMax)
    expect(full.findings.at(-1)?.message).toBe('error 0')
    expect(full.counts).toEqual({ error: 3, warning: LIMITS.findingsMax - 1, info: 0 })
  })
})
