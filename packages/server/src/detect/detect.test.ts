import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ValidationData } from '../catalogue/bodies/validgraph.ts'
import type { RunContent } from '../catalogue/bodies/validibot.ts'
import { EVENT_TYPES } from '../catalogue/event-types.ts'
import { renderBody } from '../catalogue/render-body.ts'
import { LIMITS } from '../core/limits.ts'
import { countFindings, statusOf, type Finding, type Run, type RunResult } from '../core/run.ts'
import { IMPORTANCES, type SeenType } from '../core/seen.ts'
import type { Step } from '../core/workflow.ts'
import { detect } from './detect.ts'
import type { EndedRun } from './ended-run.ts'

const ended: EndedRun = {
  organization: { slug: 'my-org', name: 'My Organization' },
  workflow: { id: 42, slug: 'product-validation', name: 'Product Validation', scoreThreshold: 5, steps: [] },
  run: {
    id: '550e8400-e29b-41d4-a716-446655440000',
    organizationId: 1,
    workflowId: 42,
    projectId: 'proj_abc123',
    monitorId: null,
    status: 'SUCCEEDED',
    result: 'PASS',
    source: 'builtin',
    submission: {
      fileName: null,
      contentType: null,
      url: 'https://example.com/page',
      subject: null,
      metadata: {},
    },
    subject: 'https://example.com/page',
    settings: 'settings-1',
    findings: [finding('warning', 'image'), finding('warning', 'author'), finding('info', 'name')],
    counts: { error: 0, warning: 2, info: 1 },
    score: null,
    scoredTypes: null,
    seen: null,
    errorCategory: null,
    createdAt: Date.parse('2024-01-15T14:29:54Z'),
    startedAt: Date.parse('2024-01-15T14:29:55Z'),
    endedAt: Date.parse('2024-01-15T14:30:00Z'),
    durationMs: 5000,
  },
  previous: { scored: null, seen: null },
  baseUrl: 'https://your-validibot.com',
}

const PREVIOUS = { id: 'prev', score: null, seen: null }

function seenType(type: string, names: string[]): SeenType {
  return { type, properties: names.map((name) => ({ name, importance: 'required', kinds: ['text'] })) }
}

function finding(
  severity: Finding['severity'],
  property: string | null,
  schemaType: string | null = 'Article',
): Finding {
  return { severity, code: 'required', message: 'Property is required', path: '', property, schemaType }
}

function withRun(changes: Partial<Run>): EndedRun {
  return { ...ended, run: { ...ended.run, ...changes } }
}

function failedWith(findings: Finding[]): EndedRun {
  return withRun({ status: 'FAILED', result: 'FAIL', findings, counts: countFindings(findings) })
}

/** The rendered bodies by type, read back. */
function bodies(facts: EndedRun): Record<string, unknown> {
  return Object.fromEntries(
    detect(facts).map(({ type, timestamp, content }) => [
      type,
      JSON.parse(renderBody(type, timestamp, content).toString()) as unknown,
    ]),
  )
}

function runOf(facts: EndedRun, type = 'run.completed'): RunContent['run'] {
  return (bodies(facts)[type] as RunContent).run
}

function dataOf(facts: EndedRun, type = 'validation.completed'): ValidationData {
  return (bodies(facts)[type] as { data: ValidationData }).data
}

/** ValidGraph's documented example. */
const documentedFailure = lineOf('validation.failed').example as { data: { errors: object[] } }

function lineOf(type: string) {
  const line = EVENT_TYPES.find((candidate) => candidate.type === type)
  if (line === undefined) throw new Error(`No line for ${type}`)
  return line
}

describe('which events an ended run makes', () => {
  const always = ['run.completed', 'validation.completed']
  it.each<[RunResult, string[]]>([
    ['PASS', ['run.succeeded']],
    ['FAIL', ['run.failed', 'validation.failed']],
    ['ERROR', ['run.failed']],
    ['CANCELED', ['run.failed']],
    ['TIMED_OUT', ['run.failed']],
    ['UNKNOWN', ['run.failed']],
  ])('%s', (result, further) => {
    const types = detect(withRun({ result, status: statusOf(result) })).map(({ type }) => type)
    expect(new Set(types)).toEqual(new Set([...always, ...further]))
    expect(types).toHaveLength(always.length + further.length)
  })

  it('stamps all of them with the end of the run', () => {
    expect(new Set(detect(ended).map(({ timestamp }) => timestamp))).toEqual(new Set([ended.run.endedAt]))
  })

  it('refuses a run that has not ended', () => {
    expect(() => detect(withRun({ endedAt: null, status: 'RUNNING' }))).toThrow('has not ended')
    expect(() => detect(withRun({ status: 'RUNNING' }))).toThrow('its status is RUNNING')
  })
})

describe('run.* bodies', () => {
  it("make Validibot's documented example out of its facts, key for key", () => {
    const example = lineOf('run.completed').example
    const detected = detect(ended).find(({ type }) => type === 'run.completed')!
    const body = renderBody(detected.type, detected.timestamp, detected.content).toString()
    expect(body).toBe(JSON.stringify(example))
  })

  it('link to the page however the base URL is written', () => {
    expect(runOf({ ...ended, baseUrl: 'http://127.0.0.1:8080/sealpost//' }).url).toBe(
      'http://127.0.0.1:8080/sealpost/orgs/my-org/runs/550e8400-e29b-41d4-a716-446655440000/',
    )
  })

  it('give a run that was cancelled before it began one moment as start and end', () => {
    const cancelled = withRun({ result: 'CANCELED', status: 'CANCELED', startedAt: null, durationMs: null })
    expect(runOf(cancelled, 'run.failed')).toMatchObject({
      started_at: '2024-01-15T14:30:00Z',
      ended_at: '2024-01-15T14:30:00Z',
      duration_ms: 0,
    })
  })
})

describe('validation.* bodies', () => {
  it("begin with ValidGraph's documented fields, in their order, and add theirs at the end", () => {
    const facts = failedWith([finding('error', 'headline')])
    expect(Object.keys(bodies(facts)['validation.failed'] as object)).toEqual(['event', 'timestamp', 'data'])

    const data = dataOf(facts, 'validation.failed')
    const documented = documentedFailure.data
    expect(Object.keys(data).slice(0, 6)).toEqual(Object.keys(documented))
    expect(Object.keys(data.errors[0]!).slice(0, 2)).toEqual(Object.keys(documented.errors[0]!))
    expect(data).toMatchObject({
      ...documented,
      validation_id: 'val_550e8400e29b41d4a716446655440000',
      errors: [{ ...documented.errors[0], schema_type: 'Article', path: '', code: 'required' }],
      error_count: 1,
      warning_count: 0,
      workflow: { id: 42, slug: 'product-validation', name: 'Product Validation' },
      run_url: runOf(facts).url,
    })
  })

  it('tell status valid, invalid or error', () => {
    const status = (result: RunResult) => dataOf(withRun({ result, status: statusOf(result) })).status
    expect(status('PASS')).toBe('valid')
    expect(status('FAIL')).toBe('invalid')
    for (const result of ['ERROR', 'CANCELED', 'TIMED_OUT', 'UNKNOWN'] as const)
      expect(status(result)).toBe('error')
  })

  it('have a string wherever the documented body has one', () => {
    const data = dataOf(failedWith([finding('error', null, null)]))
    expect(data.errors[0]).toMatchObject({ property: '', schema_type: '' })
    expect(data.schema_type).toBe('')
    expect(dataOf(withRun({ subject: null })).url).toBe('')
  })

  it('name the schema type with most errors; of equals, the first seen', () => {
    const schemaType = (types: (string | null)[]) =>
      dataOf(failedWith(types.map((type) => finding('error', 'x', type)))).schema_type
    expect(schemaType(['Article', 'Product', 'Product'])).toBe('Product')
    expect(schemaType(['Article', 'Product'])).toBe('Article')
    expect(schemaType([null, null, 'Product'])).toBe('Product')
  })

  it('name the commonest type of all findings where there are no errors', () => {
    expect(dataOf(ended).schema_type).toBe('Article')
    const findings = [finding('error', 'a', 'Product'), finding('warning', 'b'), finding('warning', 'c')]
    expect(dataOf(failedWith(findings)).schema_type).toBe('Product')
  })

  it('list errors only, up to the limit, and count them all', () => {
    const findings = [
      finding('warning', 'first'),
      ...Array.from({ length: LIMITS.eventErrorsMax + 1 }, (_, index) => finding('error', `p${index}`)),
    ]
    const data = dataOf(failedWith(findings), 'validation.failed')
    expect(data.errors).toHaveLength(LIMITS.eventErrorsMax)
    expect(data.errors[0]?.property).toBe('p0')
    expect(data.error_count).toBe(LIMITS.eventErrorsMax + 1)
  })
})

describe('score.dropped', () => {
  const dropped = (score: number | null, before: number | null, changes: Partial<Run> = {}) =>
    bodies({
      ...withRun({ score, ...changes }),
      previous: { scored: before === null ? null : { ...PREVIOUS, score: before }, seen: null },
    })['score.dropped'] as { data: object } | undefined

  it("makes ValidGraph's documented example out of its facts, and adds its fields at the end", () => {
    const documented = lineOf('score.dropped').example as { data: object }
    const { data } = dropped(72, 88)!
    expect(Object.keys(data).slice(0, 5)).toEqual(Object.keys(documented.data))
    expect(data).toMatchObject({ ...documented.data, url: 'https://example.com/page' })
    expect(data).toMatchObject({ previous_validation_id: 'val_prev', threshold: 5 })
  })

  it.each([
    [83, 88, true],
    [83.1, 88.1, true],
    [83.1, 88, false],
    [88, 88, false],
    [92, 88, false],
  ])('is told of %d after %d: %s', (score, before, told) => {
    expect(dropped(score, before) !== undefined).toBe(told)
  })

  it('is told of no run that has nothing to compare, or reached no verdict', () => {
    expect(dropped(null, 88)).toBeUndefined()
    expect(dropped(10, null)).toBeUndefined()
    expect(dropped(10, 88, { result: 'ERROR', status: 'FAILED' })).toBeUndefined()
    expect(dropped(10, 88, { result: 'TIMED_OUT', status: 'TIMED_OUT' })).toBeUndefined()
  })
})

describe('schema.changed and schema.removed', () => {
  const article = seenType('Article', ['headline', 'author'])
  const told = (before: SeenType[] | null, seen: SeenType[] | null, changes: Partial<Run> = {}) => {
    const facts = {
      ...withRun({ seen, ...changes }),
      previous: { scored: null, seen: before && { ...PREVIOUS, seen: before } },
    }
    return detect(facts).filter(({ type }) => type.startsWith('schema.'))
  }

  it('nothing is told without a difference, or without a run before', () => {
    expect(told([article], [article])).toEqual([])
    expect(told(null, [article])).toEqual([])
  })

  it('nothing is told of a run that reached no verdict, or looked for no types', () => {
    expect(told([article], [], { result: 'ERROR', status: 'FAILED' })).toEqual([])
    expect(told([article], null)).toEqual([])
  })

  it('tell of a headline that is gone', () => {
    const [changed, ...rest] = told([article], [seenType('Article', ['author'])])
    expect(rest).toEqual([])
    expect(changed).toMatchObject({
      type: 'schema.changed',
      content: {
        impact: 'high',
        changes: [{ kind: 'property_removed', schema_type: 'Article', property: 'headline', impact: 'high' }],
        change_count: 1,
        previous_validation_id: 'val_prev',
      },
    })
  })

  it('tell of each type that is gone, beside the change', () => {
    const events = told([article, seenType('Event', []), seenType('Product', [])], [article])
    expect(events.map(({ type, content }) => [type, content['schema_type']])).toEqual([
      ['schema.changed', undefined],
      ['schema.removed', 'Event'],
      ['schema.removed', 'Product'],
    ])
  })

  it('list what they have room for, and count it all', () => {
    const many = Array.from({ length: LIMITS.eventChangesMax + 1 }, (_, index) =>
      seenType(`Type${index}`, []),
    )
    const [changed, ...removed] = told(many, [])
    expect(changed?.content['changes']).toHaveLength(LIMITS.eventChangesMax)
    expect(changed?.content['change_count']).toBe(LIMITS.eventChangesMax + 1)
    expect(removed).toHaveLength(LIMITS.eventsOfRemovedTypesMax)
  })
})

describe('action steps', () => {
  const step = (type: string, config: Record<string, unknown>) =>
    ({ type, name: type, failureMode: 'blocking', config }) as const
  const addresses = (steps: Step[], result: RunResult) => {
    const facts = withRun({ result, status: statusOf(result) })
    return Object.fromEntries(
      detect({ ...facts, workflow: { ...facts.workflow, steps } }).flatMap(({ type, address }) =>
        address === undefined ? [] : [[type, address]],
      ),
    )
  }

  it.each<['always' | 'pass' | 'fail', RunResult, boolean]>([
    ['always', 'PASS', true],
    ['always', 'ERROR', true],
    ['pass', 'PASS', true],
    ['pass', 'FAIL', false],
    ['fail', 'PASS', false],
    ['fail', 'FAIL', true],
    ['fail', 'TIMED_OUT', true],
  ])('with when: %s, of a run that ended as %s: %s', (when, result, due) => {
    const expected = due ? { 'run.completed': { to: ['webhook_a'], subscribers: true } } : {}
    expect(addresses([step('webhook', { webhook: 'webhook_a', when })], result)).toEqual(expected)
  })

  it('address each event once to each', () => {
    const steps = [
      step('webhook', { webhook: 'webhook_a' }),
      step('webhook', { webhook: 'webhook_a', when: 'fail' }),
      step('notify', { channel: 'webhook_b' }),
      step('webhook', { webhook: 'webhook_c', event: 'validation.completed' }),
    ]
    expect(addresses(steps, 'FAIL')).toEqual({
      'run.completed': { to: ['webhook_a'], subscribers: true },
      'validation.completed': { to: ['webhook_b', 'webhook_c'], subscribers: true },
    })
  })
})

const anyFinding: fc.Arbitrary<Finding> = fc.record({
  severity: fc.constantFrom('error', 'warning', 'info'),
  code: fc.string(),
  message: fc.string(),
  path: fc.string(),
  property: fc.option(fc.string()),
  schemaType: fc.option(fc.constantFrom('Article', 'Product', '__proto__')),
})

const anySeen = fc.uniqueArray(
  fc.record({
    type: fc.string(),
    properties: fc.uniqueArray(
      fc.record({
        name: fc.string(),
        importance: fc.constantFrom(...IMPORTANCES),
        kinds: fc.array(fc.string(), { maxLength: 3 }),
      }),
      { selector: ({ name }) => name, maxLength: 4 },
    ),
  }),
  { selector: ({ type }) => type, maxLength: 4 },
)

const anyEndedRun: fc.Arbitrary<EndedRun> = fc
  .record({
    id: fc.uuid(),
    result: fc.constantFrom<RunResult>('PASS', 'FAIL', 'ERROR', 'CANCELED', 'TIMED_OUT', 'UNKNOWN'),
    findings: fc.array(anyFinding, { maxLength: 20 }),
    subject: fc.option(fc.string()),
    score: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
    startedAt: fc.option(fc.nat()),
    endedAt: fc.nat(),
    seen: fc.option(anySeen),
    before: fc.record({
      score: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
      seen: fc.option(anySeen),
    }),
  })
  .map(({ before, ...run }) => ({
    ...withRun({
      ...run,
      status: statusOf(run.result),
      counts: countFindings(run.findings),
      durationMs: null,
    }),
    previous: {
      scored: { ...PREVIOUS, score: before.score },
      seen: before.seen && { ...PREVIOUS, seen: before.seen },
    },
  }))

describe('for any ended run', () => {
  it('every body passes the schema of its type', () => {
    fc.assert(
      fc.property(anyEndedRun, (facts) => {
        for (const [type, body] of Object.entries(bodies(facts))) {
          const checked = lineOf(type).bodySchema.safeParse(body)
          expect(checked.error).toBeUndefined()
          // Nothing is sent that the catalogue does not describe.
          expect(checked.data).toEqual(body)
        }
      }),
    )
  })

  it('detecting twice gives the same bytes', () => {
    fc.assert(
      fc.property(anyEndedRun, (facts) => {
        const before = structuredClone(facts)
        expect(detect(facts)).toEqual(detect(before))
        expect(facts).toEqual(before)
      }),
    )
  })
})
