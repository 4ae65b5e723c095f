import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { documentSubmission } from '../core/run.ts'
import type { Step } from '../core/workflow.ts'
import { createValidatorPool, type Judging, type ValidatorPool } from './pool.ts'

// Hostile documents and configurations of each validator, in real worker threads: all end within the limits.

const GENEROUS = { threads: 1, timeoutMs: 120_000, memoryMb: 128, clock: systemClock }
const pools: ValidatorPool[] = []

function poolWith(changes: { timeoutMs?: number; memoryMb?: number }): ValidatorPool {
  const pool = createValidatorPool({ ...GENEROUS, ...changes })
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

const shared = createValidatorPool(GENEROUS)
afterAll(() => shared.close())

function step(type: string, config: Record<string, unknown>): Step {
  return { type, name: 'Order', failureMode: 'blocking', config }
}

function judge(pool: ValidatorPool, judged: Step, text: string, contentType: string | null = null) {
  return pool.judge(runOf([judged]), documentSubmission(Buffer.from(text), contentType))
}

function runOf(steps: readonly Step[]): Judging {
  return { organizationId: 1, steps, purpose: 'run' }
}

async function refusalOf(pool: ValidatorPool, refused: Step): Promise<string> {
  const error: unknown = await pool.checkSteps(1, [refused]).catch((reason: unknown) => reason)
  return error instanceof Error ? error.message : 'none'
}

function assertion(expression: string): Step {
  return step('assertions', { assertions: [{ expression }] })
}

describe('assertions', () => {
  const numbers = (count: number) => JSON.stringify(Array.from({ length: count }, (_, index) => index))

  it('that loop in loops are stopped when their time is up, and the pool serves on', async () => {
    const pool = poolWith({ timeoutMs: 2_000 })
    const bomb = assertion('payload.all(x, payload.all(y, payload.all(z, x + y + z >= 0)))')
    expect(await judge(pool, bomb, numbers(10_000))).toMatchObject({ result: 'TIMED_OUT' })
    expect(await judge(pool, bomb, numbers(3))).toMatchObject({ result: 'PASS' })
  })

  it('that fill the memory are stopped too', async () => {
    const pool = poolWith({ memoryMb: 48 })
    const bomb = assertion('size(payload.map(x, payload.map(y, [x, y]))) == 0')
    expect(await judge(pool, bomb, numbers(20_000))).toMatchObject({ result: 'ERROR', errorCategory: 'OOM' })
    expect(await judge(pool, bomb, numbers(3))).toMatchObject({ result: 'FAIL' })
  })

  it('meet no pattern or text that takes long', async () => {
    const half = 'a'.repeat(150_000)
    const document = JSON.stringify({ hay: 'a'.repeat(700_000), needle: `${half}b${half}` })
    const held = ['!payload.hay.contains(payload.needle)', '!payload.hay.matches("^(a+)+$!")']
    const steps = step('assertions', { assertions: held.map((expression) => ({ expression })) })
    expect(await judge(shared, steps, document)).toMatchObject({ result: 'PASS' })
  })

  it('are refused by their place when the workflow is made', async () => {
    const steps = step('assertions', {
      assertions: [{ expression: 'true' }, { expression: 'order.total > 0' }],
    })
    expect(await refusalOf(shared, steps)).toBe(
      'steps[0].config.assertions[1].expression: line 1, column 1: there is no "order" here, only payload, run, findings',
    )
  })

  it('are told of what the steps before them found', async () => {
    const before: Step = { ...step('json-schema', { schema: { required: ['id'] } }), failureMode: 'advisory' }
    const steps = [before, assertion('run.warning_count == 1 && findings.exists(f, f.code == "required")')]
    const verdict = await shared.judge(runOf(steps), documentSubmission(Buffer.from('{}')))
    expect(verdict).toMatchObject({ result: 'PASS', counts: { warning: 1 } })
  })
})

describe('json-schema on the path of the slower library', () => {
  const slower = (schema: object) =>
    step('json-schema', { schema: { ...schema, unevaluatedProperties: false } })
  const plain = slower({ properties: { a: { type: 'string' } } })

  it('ends what takes too long, and the pool serves on', async () => {
    const pool = poolWith({ timeoutMs: 5_000 })
    const doubling = Array.from({ length: 30 }, (_, level) => [
      `d${level + 1}`,
      { allOf: [{ $ref: `#/$defs/d${level}` }, { $ref: `#/$defs/d${level}` }] },
    ])
    const $defs = Object.fromEntries([['d0', {}], ...doubling]) as object
    for (const bomb of [
      slower({ $defs, $ref: '#/$defs/d30' }),
      slower({ patternProperties: { '^(a+)+$': true } }),
      slower({ properties: { a: { pattern: '^(a+)+$' } } }),
    ]) {
      const text = JSON.stringify({ [`${'a'.repeat(60)}!`]: 1, a: `${'a'.repeat(60)}!` })
      expect(await judge(pool, bomb, text)).toMatchObject({ result: 'TIMED_OUT' })
    }
    expect(await judge(pool, plain, '{"a":"x"}')).toMatchObject({ result: 'PASS' })
  })

  it('says what is nested too deeply', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const verdict = await judge(shared, plain, `{"a":${deep}}`)
    expect(verdict).toMatchObject({ result: 'ERROR' })
    expect(verdict.findings[0]?.message).toContain('nested too deeply')
    const loop = slower({ $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' })
    expect((await judge(shared, loop, '{}')).findings[0]?.message).toContain('nested too deeply')
    let schema: object = {}
    for (let depth = 0; depth < 3_000; depth += 1) schema = { not: schema }
    expect(await refusalOf(shared, slower({ not: schema }))).toContain('nested too deeply')
    expect(await judge(shared, plain, '{"a":1}')).toMatchObject({ result: 'FAIL' })
  })

  it('counts a hundred thousand faults in time', async () => {
    const document = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 1]))
    const verdict = await judge(poolWith({}), plain, JSON.stringify(document))
    expect(verdict).toMatchObject({ result: 'FAIL', counts: { error: 100_000 } })
  })

  it('keeps the schemas and vocabularies of owners apart', async () => {
    const draft = 'https://json-schema.org/draft/2020-12/schema'
    const poison = slower({
      $schema: draft,
      $id: draft,
      $vocabulary: { 'https://json-schema.org/draft/2020-12/vocab/core': true },
      $defs: { x: { $id: 'https://a.example/x', type: 'string' } },
    })
    await judge(shared, poison, '{}')
    const $schema = draft
    expect(
      await judge(shared, slower({ $schema, properties: { a: { type: 'string' } } }), '{"a":1}'),
    ).toMatchObject({
      result: 'FAIL',
    })
    expect(await refusalOf(shared, slower({ $schema, $ref: 'https://a.example/x' }))).toContain(
      "can't resolve",
    )
  })
})

describe('xml-schema', () => {
  const xsd = (declarations: string) =>
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${declarations}</xs:schema>`
  const list = step('xml-schema', {
    schema: xsd(
      '<xs:element name="list"><xs:complexType><xs:sequence><xs:element name="item" type="xs:int" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>',
    ),
  })

  it('judges in the threads', async () => {
    expect(await judge(shared, list, '<list><item>1</item></list>')).toMatchObject({ result: 'PASS' })
    expect(await judge(shared, list, '<list><item>x</item></list>')).toMatchObject({ result: 'FAIL' })
  })

  it('ends what needs too much memory with its thread, and gives that back', async () => {
    const pool = poolWith({ memoryMb: 48 })
    const verdict = await judge(pool, list, `<list>${'<a/>'.repeat(2_000_000)}</list>`)
    expect(verdict).toMatchObject({ result: 'ERROR', errorCategory: 'OOM' })
    expect(await judge(pool, list, '<list><item>1</item></list>')).toMatchObject({ result: 'PASS' })
  })

  it('ends a schema that takes too long, or too much', async () => {
    const groups = Array.from({ length: 20 }, (_, level) => {
      const below = `<xs:group ref="g${level}"/>`.repeat(5)
      return `<xs:group name="g${level + 1}"><xs:sequence>${below}</xs:sequence></xs:group>`
    })
    const first = '<xs:group name="g0"><xs:sequence><xs:element name="e"/></xs:sequence></xs:group>'
    const root = '<xs:element name="a"><xs:complexType><xs:group ref="g20"/></xs:complexType></xs:element>'
    const pool = poolWith({ timeoutMs: 2_000 })
    const bomb = step('xml-schema', { schema: xsd(`${first}${groups.join('')}${root}`) })
    // Whichever it comes to first.
    expect(await refusalOf(pool, bomb)).toMatch(
      /^steps\[0\]\.config\.schema: could not be compiled within (?:2 s|128 MB)/,
    )
    expect(await judge(pool, list, '<list><item>1</item></list>')).toMatchObject({ result: 'PASS' })
  })

  it('counts a hundred thousand faults in time', async () => {
    const pool = poolWith({})
    const verdict = await judge(pool, list, `<list>${'<item/>'.repeat(140_000)}</list>`)
    expect(verdict).toMatchObject({ result: 'FAIL', counts: { error: 140_000 } })
  })

  it('bears what makes its parser recurse, read or remember without end', async () => {
    const pool = poolWith({ timeoutMs: 20_000, memoryMb: 96 })
    const pattern = (value: string) =>
      step('xml-schema', {
        schema: xsd(
          `<xs:element name="a"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="${value}"/></xs:restriction></xs:simpleType></xs:element>`,
        ),
      })
    const repeated = (occurs: number) =>
      step('xml-schema', {
        schema: xsd(
          `<xs:element name="a"><xs:complexType><xs:sequence minOccurs="0" maxOccurs="${occurs}"><xs:element name="b"/><xs:element name="c"/></xs:sequence></xs:complexType></xs:element>`,
        ),
      })
    const nested = (depth: number) =>
      step('xml-schema', {
        schema: xsd(
          `<xs:element name="a"><xs:complexType>${'<xs:sequence>'.repeat(depth)}<xs:element name="b"/>${'</xs:sequence>'.repeat(depth)}</xs:complexType></xs:element>`,
        ),
      })
    const located =
      '<list xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="urn:y file:///dev/random"><item>1</item></list>'
    const cases: [Step, string, string[]][] = [
      [list, '<list>'.repeat(200_000), ['FAIL']],
      [
        list,
        `<!DOCTYPE list [<!ENTITY e "${'x'.repeat(10_000)}">]><list>${'&e;'.repeat(10_000)}</list>`,
        ['FAIL'],
      ],
      [list, located, ['PASS']],
      [list, `<list ${'a="1" '.repeat(100_000)}/>`, ['FAIL']],
      [pattern('(a+)+b'), `<a>${'a'.repeat(40)}</a>`, ['TIMED_OUT']],
      [pattern('(xb?)*'), `<a>${'x'.repeat(100_000)}</a>`, ['PASS', 'ERROR']],
      [pattern('(((a?){30}){30}){30}'), '<a>aaa</a>', ['PASS', 'ERROR']],
      [pattern('('.repeat(2_000) + 'a' + ')'.repeat(2_000)), '<a>a</a>', ['PASS', 'ERROR']],
      [repeated(1_000_000), '<a><b/><c/></a>', ['PASS', 'ERROR', 'TIMED_OUT']],
      [nested(250), '<a><b/></a>', ['PASS', 'ERROR']],
    ]
    for (const [judged, document, ends] of cases) {
      expect(ends).toContain((await judge(pool, judged, document)).result)
      // Whoever comes next is judged as ever.
      expect(await judge(pool, list, '<list><item>x</item></list>')).toMatchObject({ result: 'FAIL' })
    }
  })

  it('keeps nothing of more schemas than a thread has memory for', async () => {
    const pool = poolWith({ memoryMb: 48 })
    const declarations = Array.from(
      { length: 2_000 },
      (_, index) => `<xs:element name="e${index}" type="xs:int"/>`,
    )
    for (let n = 0; n < 100; n++) {
      const large = step('xml-schema', { schema: xsd(`<!-- ${n} -->${declarations.join('')}`) })
      expect(await judge(pool, large, '<e7>7</e7>')).toMatchObject({ result: 'PASS' })
    }
  })
})

describe('csv-table', () => {
  const table = step('csv-table', { schema: { fields: [{ name: 'a', type: 'number' }, { name: 'b' }] } })

  it('bears tables as wide or as ragged as they can be', async () => {
    const pool = poolWith({})
    const wide = Array.from({ length: 140_000 }, (_, index) => `c${index}`).join()
    for (const text of [
      `a,b${','.repeat(1_000_000)}\n1,2`,
      `${wide}\n1,2`,
      `a,b\n${','.repeat(1_000_000)}`,
      `a,b\n${'\n'.repeat(200_000)}`,
      `a,b\n${'x\n'.repeat(200_000)}`,
      `a,b\n${'"'.repeat(1_000_000)}`,
      `a,b\n${'1'.repeat(1_000_000)}x,`,
      `a,b\n${'\r\n\r'.repeat(100_000)}`,
    ]) {
      expect((await judge(pool, table, text)).result).toMatch(/FAIL|PASS/)
    }
  })

  it('is not taken for a JSON Schema of the same configuration', async () => {
    const { config } = table
    expect(await judge(shared, step('csv-table', config), 'a,b\nx,2')).toMatchObject({ result: 'FAIL' })
    expect(await judge(shared, step('json-schema', config), '{}')).toMatchObject({ result: 'PASS' })
    expect(await judge(shared, step('csv-table', config), 'a,b\nx,2')).toMatchObject({ result: 'FAIL' })
  })
})

describe('a document in YAML', () => {
  const order = step('json-schema', { schema: { required: ['id'] } })

  it('is judged as JSON', async () => {
    expect(await judge(shared, order, 'id: 1', 'application/yaml')).toMatchObject({ result: 'PASS' })
    expect(await judge(shared, order, 'no: 1', 'text/yaml; charset=utf-8')).toMatchObject({ result: 'FAIL' })
  })

  it('that is none, or a bomb, fails with its reason', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]`
    const verdict = await judge(shared, order, bomb, 'application/yaml')
    expect(verdict.findings[0]).toMatchObject({
      code: 'document_not_json',
      message: 'The document is not YAML. Its aliases stand for more than 100 copies of what they name.',
    })
    expect(await judge(shared, order, 'id: [', 'application/yaml')).toMatchObject({ result: 'FAIL' })
  })
})
