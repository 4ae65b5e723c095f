import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import type { FindingAnswer, RunAnswer } from '../remote/run-answer.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { entryOfRun, exitCodeOf, overall, unendedRunIds, type Entry, type Outcome } from './report.ts'
import { renderSummary } from './summary.ts'
import { renderText } from './text.ts'

const ID = '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b'
const URL_OF_RUN = `https://sealpost.example.com/orgs/default/runs/${ID}/`
const FILE = { kind: 'file', name: 'data/a.json' } as const

function finding(severity: string, more: Partial<FindingAnswer> = {}): FindingAnswer {
  return {
    severity,
    code: 'required',
    message: '"price" is required',
    path: '',
    property: 'price',
    schema_type: null,
    ...more,
  }
}

function runWith(result: string, findings: FindingAnswer[] = [], more: Partial<RunAnswer> = {}): RunAnswer {
  const count = (severity: string): number => findings.filter((one) => one.severity === severity).length
  return {
    id: ID,
    status: result === 'PASS' ? 'SUCCEEDED' : 'FAILED',
    result,
    workflow: { slug: 'product', name: 'Product' },
    subject: 'data/a.json',
    submission: { filename: 'a.json', url: null },
    started_at: '2026-01-01T00:00:00Z',
    duration_ms: 12,
    summary: { error_count: count('error'), warning_count: count('warning'), info_count: count('info') },
    score: null,
    error_category: null,
    url: URL_OF_RUN,
    findings,
    ...more,
  }
}

const entry = (run: RunAnswer, name: string = FILE.name): Entry =>
  entryOfRun({ kind: 'file', name }, run, 'error', 'UNFINISHED')
const lost = (outcome: Outcome, message: string): Entry => ({
  ...FILE,
  outcome,
  runId: null,
  run: null,
  message,
})
const plain = (entries: Entry[]): string => renderText(entries, (_format, text) => text)

describe('outcomes', () => {
  test.each([
    { result: 'PASS', outcome: 'PASS', code: 0 },
    { result: 'FAIL', outcome: 'FAIL', code: 1 },
    { result: 'ERROR', outcome: 'ERROR', code: 2 },
    { result: 'TIMED_OUT', outcome: 'ERROR', code: 2 },
    { result: 'CANCELED', outcome: 'ERROR', code: 2 },
    { result: 'UNKNOWN', outcome: 'ERROR', code: 2 },
    { result: 'a result of a later version', outcome: 'ERROR', code: 2 },
  ])('a run that ended as $result: $outcome, exit code $code', ({ result, outcome, code }) => {
    const made = entry(runWith(result))
    expect(made.outcome).toBe(outcome)
    expect(exitCodeOf(made.outcome)).toBe(code)
  })

  test('warnings fail a document only where that is asked', () => {
    const run = runWith('PASS', [finding('warning')])
    expect(entryOfRun(FILE, run, 'error', 'UNFINISHED').outcome).toBe('PASS')
    expect(entryOfRun(FILE, run, 'warning', 'UNFINISHED').outcome).toBe('FAIL')
    expect(entryOfRun(FILE, runWith('PASS', [finding('info')]), 'warning', 'UNFINISHED').outcome).toBe('PASS')
  })

  test('the worst counts, and 1 means a bad document alone', () => {
    const codes = (...outcomes: Outcome[]): number =>
      exitCodeOf(overall(outcomes.map((one) => lost(one, ''))))
    expect(codes('PASS', 'SUBMITTED')).toBe(0)
    expect(codes('FAIL', 'PASS')).toBe(1)
    expect(codes('FAIL', 'ERROR', 'PASS')).toBe(2)
    expect(codes('UNFINISHED', 'ERROR')).toBe(3)
    expect(codes('INTERRUPTED', 'UNFINISHED')).toBe(130)
  })

  test('runs that have not ended can be waited for again', () => {
    const running = entry(runWith('UNKNOWN', [], { status: 'RUNNING' }))
    expect(running).toMatchObject({ outcome: 'UNFINISHED', message: null })
    expect(unendedRunIds([running, entry(runWith('PASS')), lost('ERROR', 'no')])).toEqual([ID])
  })
})

describe('text', () => {
  test('findings stand as compilers write them, then the verdict', () => {
    const findings = [
      finding('error', { line: 3, column: 14, path: '/offers/0' }),
      finding('warning', { line: 4 }),
      finding('info'),
    ]
    expect(plain([entry(runWith('FAIL', findings, { score: 61.5 }))])).toBe(
      [
        'data/a.json:3:14: error: required: "price" is required (/offers/0)',
        'data/a.json:4: warning: required: "price" is required',
        'data/a.json: info: required: "price" is required',
        `FAIL data/a.json: 1 error, 1 warning, 1 info, score 61.5  ${URL_OF_RUN}`,
      ].join('\n'),
    )
  })

  test('several documents are counted, and what the server left out is', () => {
    const many = runWith('FAIL', [finding('error')])
    many.summary.error_count = 1_200
    const text = plain([entry(many), entry(runWith('PASS'), 'b.json'), lost('ERROR', 'b.json is empty.')])
    expect(text).toContain('… and 1199 more')
    expect(text).toContain('3 documents: 1 FAIL, 1 PASS, 1 ERROR')
  })

  test('what another wrote moves no cursor and begins no line', () => {
    const hostile = finding('error', { message: 'x\u001b[2J\nPASS all', path: '\r/' })
    const text = plain([entry(runWith('FAIL', [hostile]), 'a\u0007\n.json'), lost('ERROR', 'x\u001b]0;y')])
    expect(text).toContain('x\\u001b[2J\\u000aPASS all (\\u000d/)')
    expect(text.split('\n')).toHaveLength(4)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

test('json has the run as the API answered it', () => {
  const run = { ...runWith('PASS'), events: ['evt_1'] }
  const url = { ...entryOfRun({ kind: 'url', name: 'https://example.com/' }, run, 'error', 'UNFINISHED') }
  expect(
    JSON.parse(
      renderJson([url, lost('ERROR', 'empty'), { ...lost('ERROR', 'lost'), kind: 'run', runId: ID }]),
    ),
  ).toEqual({
    result: 'ERROR',
    exit_code: 2,
    runs: [
      { url: 'https://example.com/', result: 'PASS', run_id: ID, message: null, run },
      { file: 'data/a.json', result: 'ERROR', run_id: null, message: 'empty', run: null },
      { result: 'ERROR', run_id: ID, message: 'lost', run: null },
    ],
  })
})

interface XmlElement {
  name: string
  attributes: Record<string, string>
  children: XmlElement[]
  content: string
}

/** The root of a document and its suites; throws where it is no XML. */
function suitesOf(xml: string): { root: XmlElement | undefined; suites: XmlElement[] } {
  const document: XmlElement = { name: '', attributes: {}, children: [], content: '' }
  const open = [document]
  const parser = new SaxesParser({ xmlns: false })
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, children: [], content: '' }
    open[0]?.children.push(element)
    open.unshift(element)
  })
  parser.on('text', (text) => {
    for (const element of open) element.content += text
  })
  parser.on('closetag', () => void open.shift())
  parser.on('error', (error) => {
    throw error
  })
  parser.write(xml).close()
  const [root] = document.children
  expect(root?.name).toBe('testsuites')
  return { root, suites: root?.children.filter(({ name }) => name === 'testsuite') ?? [] }
}

function within(element: XmlElement | undefined, path: string): XmlElement | undefined {
  return path.split('/').reduce((at, step) => at?.children.find(({ name }) => name === step), element)
}

describe('junit', () => {
  test('a suite for each document, with a failure, an error or nothing', () => {
    const findings = [finding('error'), finding('warning')]
    const { root, suites } = suitesOf(
      renderJunit([
        entry(runWith('FAIL', findings)),
        entry(runWith('PASS'), 'b.json'),
        entry(runWith('TIMED_OUT', [], { error_category: 'TIMEOUT' }), 'c.json'),
        entryOfRun(FILE, runWith('UNKNOWN', [], { status: 'PENDING' }), 'error', 'SUBMITTED'),
      ]),
    )
    expect(['tests', 'failures', 'errors', 'skipped'].map((name) => root?.attributes[name])).toEqual([
      '4',
      '1',
      '1',
      '1',
    ])
    expect(suites.map(({ attributes }) => attributes['name'])).toEqual([
      'data/a.json',
      'b.json',
      'c.json',
      'data/a.json',
    ])
    const failure = within(suites[0], 'testcase/failure')
    expect(failure?.attributes['message']).toBe('1 error, 1 warning')
    expect(failure?.content).toBe('data/a.json: error: required: "price" is required')
    expect(within(suites[0], 'testcase/system-out')?.content).toContain('data/a.json: warning:')
    expect(within(suites[1], 'testcase')?.attributes['name']).toBe('Product')
    expect(within(suites[2], 'testcase/error')?.attributes['message']).toContain('TIMED_OUT (TIMEOUT)')
  })

  test('any text at all makes a document that a parser reads, with the text in it', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(']]>', '<!--', '\u0000', '\ufffe', '\ud800', '&#0;', '\r\n\t', '\u0085\u2028'),
    )
    fc.assert(
      fc.property(anything, anything, (name, message) => {
        const { suites } = suitesOf(renderJunit([{ ...lost('ERROR', message), name }]))
        const error = within(suites[0], 'testcase/error')
        const expected = (text: string): string =>
          text.replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
        expect(suites[0]?.attributes['name']).toBe(expected(name))
        expect(error?.attributes['message']).toBe(expected(message))
      }),
    )
  })
})

describe('the summary', () => {
  test('is a table, and what others wrote is text in it', () => {
    const hostile = finding('error', { message: '<img src=x> | `code` [a](javascript:b) @team ~~x~~ **b**' })
    const markdown = renderSummary([entry(runWith('FAIL', [hostile]), 'a|b\n.json'), lost('ERROR', 'lost')])
    expect(markdown).toContain('### Sealpost: ERROR')
    expect(markdown).toContain(`| FAIL | a&#124;b&#10;.json | 1 error [run](<${URL_OF_RUN}>) |`)
    expect(markdown).toContain('| ERROR | data/a.json | lost |')
    const shown = markdown.split('\n').find((line) => line.includes('required')) ?? ''
    expect(shown).toMatch(/^- /)
    expect(shown).not.toMatch(/[<>|`[\]@~*]/)
  })

  test('is no longer than what reads it takes', () => {
    const findings = Array.from({ length: 1_000 }, () => finding('error', { message: '"'.repeat(2_000) }))
    const entries = Array.from({ length: LIMITS.clientDocumentsMax }, () => entry(runWith('FAIL', findings)))
    const markdown = renderSummary(entries)
    // GitHub refuses a summary of more than 1 MiB.
    expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024)
    expect(markdown).toContain('More documents are in the log')
    expect(markdown).toContain('More findings are in the log')
  })

  test('links nowhere but to a page', () => {
    const run = runWith('PASS', [], { url: 'https://x/>) <script>' })
    expect(renderSummary([entry(run)])).not.toContain('script')
  })
})
