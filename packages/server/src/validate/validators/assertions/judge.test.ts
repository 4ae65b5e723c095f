import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentSubmission, type Finding, type Severity } from '../../../core/run.ts'
import { documentOf } from '../document-of.ts'
import type { JudgedBefore, JudgedDocument, Judgement } from '../validator.ts'
import { compile } from './judge.ts'
import type { Assertion } from './validator.ts'

function document(text: string, changes: Partial<JudgedDocument> = {}): JudgedDocument {
  return { ...documentOf(documentSubmission(Buffer.from(text))), ...changes }
}

function judge(list: Assertion[], judged: JudgedDocument): Judgement {
  const compiled = compile({ assertions: list })
  if ('refused' in compiled) throw new Error(compiled.refused.message)
  return compiled.judge(judged)
}

function findingsOf(expressions: string[], judged: JudgedDocument): Finding[] {
  return judge(
    expressions.map((expression) => ({ expression })),
    judged,
  ).findings
}

function finding(severity: Severity, code: string): Finding {
  return { severity, code, message: code, path: '/a', property: 'a', schemaType: 'Article' }
}

const BEFORE: JudgedBefore = {
  findings: [finding('error', 'required'), finding('warning', 'recommended')],
  counts: { error: 1, warning: 5, info: 0 },
  score: 72.5,
  seen: [
    { type: 'Article', properties: [] },
    { type: 'Person', properties: [] },
  ],
}

describe('what an assertion may name', () => {
  it('is the document', () => {
    const order = document(
      '{"total": 12.5, "items": [{"price": 10}, {"price": 2.5}], "id": 9007199254740993}',
    )
    expect(
      findingsOf(
        [
          'payload.total > 0',
          'payload.items.all(item, item.price > 0)',
          'payload.items.all(a, payload.items.exists(b, b.price <= a.price))',
          'payload.id > 9007199254740990',
          '!has(payload.discount)',
        ],
        order,
      ),
    ).toEqual([])
  })

  it('is a document in YAML just as well', () => {
    const order = document('total: 12\nitems: []', { contentType: 'application/yaml' })
    expect(findingsOf(['payload.total == 12 && size(payload.items) == 0'], order)).toEqual([])
  })

  it('is null where the document is something else', () => {
    expect(findingsOf(['payload == null'], document('<order/>'))).toEqual([])
    expect(findingsOf(['payload.total > 0'], document('<order/>'))[0]).toMatchObject({
      code: 'assertion_failed_to_evaluate',
    })
  })

  it('is the run so far', () => {
    const page = document('{}', {
      url: 'https://example.com/a',
      fileName: 'a.json',
      contentType: 'application/json',
      metadataText: '{"commit":"abc"}',
      before: BEFORE,
    })
    expect(
      findingsOf(
        [
          'run.url.startsWith("https://example.com/")',
          'run.subject == null && run.file_name == "a.json" && run.content_type == "application/json"',
          'run.metadata.commit == "abc" && !has(run.metadata.branch)',
          'run.score >= 72.5 && run.score < 73',
          'run.error_count == 1 && run.warning_count == 5 && run.info_count == 0',
          '"Article" in run.schema_types && run.schema_types == ["Article", "Person"]',
        ],
        page,
      ),
    ).toEqual([])
  })

  it('is, with nothing before it, a run of which little is known', () => {
    expect(
      findingsOf(
        ['run.score == null && run.error_count == 0 && size(run.schema_types) == 0', 'size(findings) == 0'],
        document('1'),
      ),
    ).toEqual([])
  })

  it('is what the steps before it found', () => {
    const judged = document('{}', { before: BEFORE })
    expect(
      findingsOf(
        [
          'size(findings) == 2',
          'findings.exists(f, f.code == "required" && f.severity == "error" && f.schema_type == "Article")',
          'findings.all(f, f.path == "/a" && f.property == "a" && f.message == f.code)',
        ],
        judged,
      ),
    ).toEqual([])
  })
})

describe('an assertion that does not hold', () => {
  it('is an error that repeats the expression, unless it says otherwise', () => {
    const judgement = judge(
      [
        { expression: 'payload.total > 0' },
        {
          expression: 'payload.total > 1',
          message: 'Too cheap.',
          severity: 'warning',
          code: 'cheap',
          property: 'total',
          path: '/total',
        },
        { expression: 'payload.total < 1' },
      ],
      document('{"total": 0}'),
    )
    expect(judgement).toEqual({
      findings: [
        {
          severity: 'error',
          code: 'assertion_failed',
          message: 'This should be true, and is false: payload.total > 0',
          path: '',
          property: null,
          schemaType: null,
        },
        {
          severity: 'warning',
          code: 'cheap',
          message: 'Too cheap.',
          path: '/total',
          property: 'total',
          schemaType: null,
        },
      ],
      counts: { error: 1, warning: 1, info: 0 },
    })
  })

  it('is an error when it cannot be worked out, whatever its severity', () => {
    const [found] = judge(
      [{ expression: 'payload.total > 0', severity: 'info', message: 'No.', property: 'total' }],
      document('{"total": "12"}'),
    ).findings
    expect(found).toMatchObject({
      severity: 'error',
      code: 'assertion_failed_to_evaluate',
      message:
        'It could not be worked out whether this is true: payload.total > 0 (> cannot be used on a string and a number)',
      property: 'total',
    })
  })

  it('neither crashes nor passes, whatever the document', () => {
    const expressions = ['payload.a.b[0] > 1', 'payload.a', 'payload[0].x == payload.x', 'size(payload) > 3']
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const holds = findingsOf(expressions, document(JSON.stringify(value)))
        const fails = findingsOf(
          expressions.map((expression) => `!(${expression})`),
          document(JSON.stringify(value)),
        )
        // Of an expression and its opposite one at the most is true.
        expect(holds.length + fails.length).toBeGreaterThanOrEqual(expressions.length)
      }),
    )
  })

  it('may be about values nested deeper than the stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(findingsOf(['payload.a == payload.b'], document(`{"a":${deep},"b":${deep}}`))[0]).toMatchObject({
      code: 'assertion_failed_to_evaluate',
      message: expect.stringContaining('the values are nested too deeply') as string,
    })
  })
})

describe('an assertion that cannot be used', () => {
  it.each([
    ['payload.total >', 'line 1, column 15: it cannot be read from ">" on'],
    [
      'payload.total > 0 &&\n  order.id > 0',
      'line 2, column 3: there is no "order" here, only payload, run, findings',
    ],
    [
      'run.eror_count == 0',
      'line 1, column 4: there is no run.eror_count, so it is never true. Did you mean run.error_count?',
    ],
    ['findings.all(f, f.sevrity != "error")', 'there is no f.sevrity. Did you mean f.severity?'],
    ['findings.exists(f, f.severity == "eror")', 'never "eror", so it is never true. Did you mean "error"?'],
    ['run.score > 100 || size(findings) < 0', 'it is never true'],
    ['sum(payload.items) == 1', 'line 1, column 1: there is no function "sum"'],
    ['payload.total + 1', 'it gives neither true nor false'],
    ['payload.name.matches("(")', 'the pattern cannot be used'],
  ])('%j is refused by its place', (expression, message) => {
    const compiled = compile({ assertions: [{ expression: 'true' }, { expression }] })
    expect(compiled).toEqual({
      refused: { field: 'assertions[1].expression', message: expect.stringContaining(message) as string },
    })
  })
})
