import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import { documentSubmission } from '../core/run.ts'
import type { Step } from '../core/workflow.ts'
import { createValidatorPool, type Judging, type ValidatorPool } from './pool.ts'

// Real worker threads throughout.

const REGEX_BOMB = { pattern: '^(a+)+$' }
const REGEX_BOMB_FUSE = document(`${'a'.repeat(40)}!`)
/** 500,000 items, each with four errors. */
const MEMORY_HOG = { items: { type: 'string', enum: ['a'], not: {}, multipleOf: 2 } }
const MEMORY_HOG_FEED = { ...document(null), content: Buffer.from(`[${'1,'.repeat(499_999)}1]`) }

function step(schema: object | boolean, failureMode: Step['failureMode'] = 'blocking'): Step {
  return { type: 'json-schema', name: 'Order', failureMode, config: { schema } }
}

function document(value: unknown) {
  return documentSubmission(Buffer.from(JSON.stringify(value)), 'application/json')
}

function runOf(steps: readonly Step[], organizationId = 1): Judging {
  return { organizationId, steps, purpose: 'run' }
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const reason: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(reason instanceof Problem)) throw new Error('No Problem was thrown', { cause: reason })
  return reason
}

const pools: ValidatorPool[] = []

function poolWith(options: { threads?: number; timeoutMs?: number; memoryMb?: number }): ValidatorPool {
  const pool = createValidatorPool({
    threads: 1,
    timeoutMs: 120_000,
    memoryMb: 128,
    clock: systemClock,
    ...options,
  })
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

const shared = createValidatorPool({ threads: 2, timeoutMs: 120_000, memoryMb: 128, clock: systemClock })
afterAll(() => shared.close())

describe('judging a workflow', () => {
  it('passes a good document and fails a bad one, with findings', async () => {
    const steps = [step({ title: 'Order', required: ['id'] })]
    expect(await shared.judge(runOf(steps), document({ id: 1 }))).toEqual({
      result: 'PASS',
      findings: [],
      counts: { error: 0, warning: 0, info: 0 },
      score: null,
      scoredTypes: null,
      seen: null,
      errorCategory: null,
    })
    const failed = await shared.judge(runOf(steps), document({}))
    expect(failed).toMatchObject({ result: 'FAIL', counts: { error: 1 }, errorCategory: null })
    expect(failed.findings[0]).toMatchObject({ code: 'required', property: 'id', schemaType: 'Order' })
  })

  it('ends at the first blocking step that fails', async () => {
    const steps = [step({ required: ['a'] }), step({ required: ['b'] })]
    const verdict = await shared.judge(runOf(steps), document({}))
    expect(verdict.findings.map(({ property }) => property)).toEqual(['a'])
  })

  it('goes on after an advisory step that fails', async () => {
    const steps = [step({ required: ['a'] }, 'advisory'), step({ required: ['b'] })]
    const verdict = await shared.judge(runOf(steps), document({ b: 1 }))
    expect(verdict).toMatchObject({ result: 'PASS', counts: { error: 0, warning: 1, info: 0 } })
  })

  it('passes what it is asked nothing about', async () => {
    expect(await shared.judge(runOf([]), document({}))).toMatchObject({ result: 'PASS', findings: [] })
  })

  it('judges the bytes of the submission and not those of its neighbours', async () => {
    const wide = Buffer.from('{"a":1}{"b":2}')
    const verdict = await shared.judge(runOf([step({ required: ['a'] })]), {
      ...document(null),
      content: wide.subarray(0, 7),
    })
    expect(verdict.result).toBe('PASS')
  })

  it('judges 2,000 documents, each by its own of more schemas than a worker keeps', async () => {
    const steps = Array.from({ length: 100 }, (_, index) => [step({ properties: { n: { const: index } } })])
    const results = await inParallel(2_000, 100, async (index) => {
      const n = index % 100
      const { result } = await shared.judge(runOf(steps[n]!), document({ n: n === 7 ? 'wrong' : n }))
      return `${n}: ${result}`
    })
    expect(results.filter((result) => result.endsWith('FAIL'))).toEqual(
      Array.from({ length: 20 }, () => '7: FAIL'),
    )
    expect(results.filter((result) => result.endsWith('PASS'))).toHaveLength(1_980)
  })

  it('breaks, and does not fail, when the validator throws', async () => {
    const verdict = await shared.judge(runOf([step({ $ref: '#' })]), document({}))
    expect(verdict).toMatchObject({ result: 'ERROR', errorCategory: 'VALIDATOR', counts: { error: 1 } })
    expect(verdict.findings[0]).toMatchObject({
      code: 'validator_failed',
      message: 'The step "Order" could not judge: the schema or the document is nested too deeply.',
    })
  })

  it('breaks when a stored step names a validator that is no more', async () => {
    const verdict = await shared.judge(runOf([{ ...step(true), type: 'xml' }]), document({}))
    expect(verdict).toMatchObject({ result: 'ERROR', errorCategory: 'VALIDATOR' })
  })
})

describe('the limit of time', () => {
  it('ends a regular expression that would run for years, and the pool serves on', async () => {
    const pool = poolWith({ timeoutMs: 2_000 })
    const verdict = await pool.judge(runOf([step(REGEX_BOMB)]), REGEX_BOMB_FUSE)
    expect(verdict).toMatchObject({ result: 'TIMED_OUT', errorCategory: 'TIMEOUT' })
    expect(verdict.findings[0]).toMatchObject({
      code: 'timed_out',
      message: 'The step "Order" reached no verdict within 2 s and was stopped.',
    })
    expect(await pool.judge(runOf([step(REGEX_BOMB)]), document('aaa'))).toMatchObject({ result: 'PASS' })
  })

  it('counts from when a thread begins, not while a run waits for one', async () => {
    const pool = poolWith({ timeoutMs: 2_000 })
    const bombs = Array.from({ length: 3 }, () => pool.judge(runOf([step(REGEX_BOMB)]), REGEX_BOMB_FUSE))
    const waited = pool.judge(runOf([step(true)]), document({}))
    expect(await waited).toMatchObject({ result: 'PASS' })
    for (const verdict of await Promise.all(bombs)) expect(verdict.result).toBe('TIMED_OUT')
  })

  it('leaves the other threads to their work', async () => {
    const pool = poolWith({ threads: 2, timeoutMs: 600_000 })
    let bombEnded = false
    const cancel = new AbortController()
    const bomb = pool
      .judge(runOf([step(REGEX_BOMB)]), REGEX_BOMB_FUSE, cancel.signal)
      .finally(() => (bombEnded = true))
    await inParallel(200, 1, () => pool.judge(runOf([step(true)]), document({})))
    expect(bombEnded).toBe(false)
    cancel.abort()
    await expect(bomb).resolves.toMatchObject({ findings: [] })
  })

  it('makes a broken advisory step a warning, and the run goes on', async () => {
    const pool = poolWith({ timeoutMs: 2_000 })
    const verdict = await pool.judge(
      runOf([step(REGEX_BOMB, 'advisory'), step({ type: 'string' })]),
      REGEX_BOMB_FUSE,
    )
    expect(verdict).toMatchObject({ result: 'PASS', counts: { error: 0, warning: 1 } })
  })
})

describe('organizations', () => {
  it('do not wait for one whose schemas run to their limit, not even for a thread', async () => {
    const pool = poolWith({ timeoutMs: 600_000 })
    const bombs = Array.from({ length: 20 }, () => pool.judge(runOf([step(REGEX_BOMB)]), REGEX_BOMB_FUSE))
    const ended = Promise.allSettled(bombs)
    for (let n = 0; n < 20; n++) {
      expect(await pool.judge(runOf([step({ const: n })], 2), document(n))).toMatchObject({ result: 'PASS' })
      await pool.checkSteps(2, [step({ const: n })])
    }
    await pool.close()
    expect(new Set((await ended).map(({ status }) => status))).toEqual(new Set(['rejected']))
  })

  it('take turns step by step, and runs go on before further ones of their organization begin', async () => {
    const pool = poolWith({})
    const ended: string[] = []
    const judged = (name: string, organizationId: number, steps: number) =>
      pool
        .judge(
          runOf(
            Array.from({ length: steps }, () => step(true)),
            organizationId,
          ),
          document({}),
        )
        .then(() => ended.push(name))
    const long = ['a1', 'a2', 'a3', 'a4'].map((name) => judged(name, 1, 5))
    await Promise.all([...long, judged('b1', 2, 20), judged('c1', 3, 1)])
    expect(ended.indexOf('a1')).toBeLessThan(ended.indexOf('a4'))
    expect(ended.indexOf('c1')).toBeLessThan(ended.indexOf('b1'))
  })
})

describe('the limit of memory', () => {
  it('ends what outgrows it, and the pool serves on', async () => {
    const pool = poolWith({ memoryMb: 48 })
    const verdict = await pool.judge(runOf([step(MEMORY_HOG)]), MEMORY_HOG_FEED)
    expect(verdict).toMatchObject({ result: 'ERROR', errorCategory: 'OOM', counts: { error: 1 } })
    expect(verdict.findings[0]).toMatchObject({
      code: 'out_of_memory',
      message: 'The step "Order" needed more than 48 MB of memory and was stopped.',
    })
    expect(await pool.judge(runOf([step(MEMORY_HOG)]), document([]))).toMatchObject({ result: 'PASS' })
  })
})

describe('checking steps', () => {
  it('takes steps whose schemas compile', async () => {
    await expect(
      shared.checkSteps(1, [step({ type: 'object' }), step(true, 'advisory')]),
    ).resolves.toBeUndefined()
  })

  it('names the schema that does not compile', async () => {
    const problem = await problemOf(shared.checkSteps(1, [step(true), step({ type: 'strin' })]))
    expect(problem.code).toBe('schema_not_compiled')
    expect(problem.errors).toEqual([
      { field: 'steps[1].config.schema', message: expect.stringContaining('schema/type must be') as string },
    ])
  })

  it('looks at the shapes of all steps before it compiles any', async () => {
    const problem = await problemOf(
      shared.checkSteps(1, [step({ type: 'strin' }), { ...step(true), type: 'xml' }]),
    )
    expect(problem).toMatchObject({ code: 'invalid_request', errors: [{ field: 'steps[1].type' }] })
  })

  const wide = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [`p${index}`, { type: 'string' }]),
  )

  it('bounds the time a schema may take to compile', async () => {
    const pool = poolWith({ timeoutMs: 100 })
    const problem = await problemOf(pool.checkSteps(1, [step({ properties: wide })]))
    expect(problem).toMatchObject({
      code: 'schema_not_compiled',
      errors: [{ field: 'steps[0].config.schema' }],
    })
    expect(problem.message).toContain('within 0.1 s')
  })

  it('bounds the memory a schema may take to compile', async () => {
    const pool = poolWith({ memoryMb: 32 })
    const problem = await problemOf(pool.checkSteps(1, [step({ properties: wide })]))
    expect(problem).toMatchObject({
      code: 'schema_not_compiled',
      errors: [{ field: 'steps[0].config.schema' }],
    })
    expect(problem.message).toContain('within 32 MB')
  })
})

describe('a full or closed pool', () => {
  it('turns away events of an organization that has its part of the line, and nobody else', async () => {
    const pool = poolWith({})
    const eventOf = (organizationId: number): Judging => ({
      ...runOf([step(true)], organizationId),
      purpose: 'event',
    })
    // With both threads taken, whoever comes next waits.
    const running = [1, 2].map((organizationId) =>
      pool.judge(runOf([step(REGEX_BOMB)], organizationId), REGEX_BOMB_FUSE),
    )
    const own = (LIMITS.judgingWaitersMax * LIMITS.ownToFreeMax) / (LIMITS.ownToFreeMax + 1)
    const waiting = Array.from({ length: own }, () => pool.judge(eventOf(1), document({})))
    expect((await problemOf(pool.judge(eventOf(1), document({})))).code).toBe('overloaded')
    waiting.push(pool.judge(eventOf(2), document({})), pool.judge(runOf([step(true)]), document({})))
    const settled = Promise.allSettled([...running, ...waiting])
    await pool.close()
    const reasons = (await settled).map(
      (one) => (one.status === 'rejected' ? one.reason : null) as Problem | null,
    )
    expect(new Set(reasons.map((reason) => reason?.code))).toEqual(new Set(['shutting_down']))
  })

  it('gives no verdict on what it was closed upon, so that the run can be judged again', async () => {
    const pool = poolWith({})
    const running = problemOf(pool.judge(runOf([step(REGEX_BOMB)]), REGEX_BOMB_FUSE))
    const waiting = problemOf(pool.judge(runOf([step(true)]), document({})))
    await Promise.all([pool.close(), pool.close()])
    expect((await running).code).toBe('shutting_down')
    expect((await waiting).code).toBe('shutting_down')
    expect((await problemOf(pool.judge(runOf([step(true)]), document({})))).code).toBe('shutting_down')
    expect((await problemOf(pool.checkSteps(1, [step(true)]))).code).toBe('shutting_down')
  })
})

/** `count` pieces of work, `atOnce` at a time; their results in order. */
async function inParallel<Result>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  async function line(): Promise<void> {
    while (next < count) {
      const index = next++
      results[index] = await work(index)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, line))
  return results
}
