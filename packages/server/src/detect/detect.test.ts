import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ValidationData } from '../catalogue/bodies/validgraph.ts'
import type { RunContent } from '../catalogue/bodies/validibot.ts'
import { EVENT_TYPES } from '../catalogue/event-types.ts'
import { renderBody } from '../catalogue/render-body.ts'
import { LIMITS } from '../core/limits.ts'
import { countFindings, statusOf, type Finding, type Run, type RunResult } from '../core/run.ts'
import { detect } from './detect.ts'
import type { EndedRun } from './ended-run.ts'

const ended: EndedRun = {
  organization: { slug: 'my-org', name: 'My Organization' },
  workflow: { id: 42, slug: 'product-validation', name: 'Product Validation' },
  run: {
    id: '550e8400-e29b-41d4-a716-446655440000',
    organizationId: 1,
    workflowId: 42,
    projectId: 'proj_abc123',
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
    findings: [finding('warning', 'image'), finding('warning', 'author'), finding('info', 'name')],
    counts: { error: 0, warning: 2, info: 1 },
    score: null,
    errorCategory: null,
    createdAt: Date.parse('2024-01-15T14:29:54Z'),
    startedAt: Date.parse('2024-01-15T14:29:55Z'),
    endedAt: Date.parse('2024-01-15T14:30:00Z'),
    durationMs: 5000,
  },
  baseUrl: 'https://your-validibot.com',
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
      workflow: ended.workflow,
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

const anyFinding: fc.Arbitrary<Finding> = fc.record({
  severity: fc.constantFrom('error', 'warning', 'info'),
  code: fc.string(),
  message: fc.string(),
  path: fc.string(),
  property: fc.option(fc.string()),
  schemaType: fc.option(fc.constantFrom('Article', 'Product', '__proto__')),
})

const anyEndedRun: fc.Arbitrary<EndedRun> = fc
  .record({
    id: fc.uuid(),
    result: fc.constantFrom<RunResult>('PASS', 'FAIL', 'ERROR', 'CANCELED', 'TIMED_OUT', 'UNKNOWN'),
    findings: fc.array(anyFinding, { maxLength: 20 }),
    subject: fc.option(fc.string()),
    score: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
    startedAt: fc.option(fc.nat()),
    endedAt: fc.nat(),
  })
  .map((run) =>
    withRun({ ...run, status: statusOf(run.result), counts: countFindings(run.findings), durationMs: null }),
  )

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
