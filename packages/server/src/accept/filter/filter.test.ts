import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { systemClock, type Clock } from '../../core/clock.ts'
import { Problem } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import { createHandClock } from '../../../test/support/hand-clock.ts'
import { FREE_HAY, STUCK, STUCK_HAY } from '../../../test/support/stuck-filter.ts'
import { createFilterJudge, type FilterJudge, type FilterJudgeOptions } from './filter.ts'

// Real processes throughout.

const GENEROUS = { timeoutMs: 20_000, memoryMb: 128, processes: 1, clock: systemClock }
const judges: FilterJudge[] = []

function judgeWith(changes: Partial<FilterJudgeOptions> = {}): FilterJudge {
  const judge = createFilterJudge({ ...GENEROUS, ...changes })
  judges.push(judge)
  return judge
}

afterEach(async () => {
  await Promise.all(judges.splice(0).map((judge) => judge.close()))
})

const shared = createFilterJudge(GENEROUS)
afterAll(() => shared.close())

function body(data: unknown): Buffer {
  return Buffer.from(JSON.stringify({ type: 'order.paid', timestamp: '2026-03-01T10:00:00Z', data }))
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const reason: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(reason instanceof Problem)) throw new Error('No Problem was thrown', { cause: reason })
  return reason
}

const STUCK_BODY = body({ hay: STUCK_HAY })
/** Ends its process when that has 32 MB. */
const HOG = 'data.map(x, [x, x, x, x, x, x]).size() == 0'
const NUMBERS_BODY = body(Array.from({ length: 500_000 }, () => 1))

async function refusalOf(expression: string): Promise<string | null> {
  return (await shared.check(1, expression)).refused
}

describe('checking an expression', () => {
  it('says what is wrong with it, or nothing', async () => {
    expect(
      await Promise.all(
        ['data.score < 50', 'data.score <', 'score(data)'].map((expression) => refusalOf(expression)),
      ),
    ).toEqual([
      null,
      'line 1, column 12: it cannot be read from "<" on',
      'line 1, column 1: there is no function "score"',
    ])
    expect(await refusalOf('data.x == 1'.padEnd(LIMITS.filterCharactersMax + 1))).toContain('longer than')
  })

  it('knows the variables of the catalogue', async () => {
    expect(
      await refusalOf('event == "run.failed" && summary.error_count > 0 && run.result == "FAIL"'),
    ).toBeNull()
    expect(await refusalOf('result == "FAIL"')).toBe(
      'line 1, column 1: there is no "result" here, only body, data, event, organization, run, summary, timestamp, type, workflow',
    )
  })

  it('refuses the nested map that fills any memory', async () => {
    expect(await refusalOf('size(data.map(x, data.map(y, [x, y]))) > 0')).toContain(
      'cannot stand inside one another',
    )
  })

  it('says what it comes to for events of known shapes', async () => {
    const schema = { type: 'object', properties: { score: { type: 'number' } }, additionalProperties: false }
    const shapes = [{ type: 'order.paid', schema: JSON.stringify(schema), describes: 'data' as const }]
    expect(await shared.check(1, 'data.score < 50', shapes)).toEqual({ refused: null, remarks: [] })
    expect(await shared.check(1, 'data.scor < 50', shapes)).toEqual({
      refused:
        'line 1, column 5: there is no data.scor in order.paid, so it is never true. Did you mean data.score?',
    })
  })
})

describe('judging an event', () => {
  it('gives each expression its verdict, in order', async () => {
    expect(
      await shared.judge(1, body({ score: 49.5 }), [
        'data.score < 50',
        'data.score < 49',
        'data.other < 50',
        'data.score <',
        'data.score',
        'type == "order.paid"',
        'data.score < 50',
      ]),
    ).toEqual(['match', 'no_match', 'error', 'error', 'error', 'match', 'match'])
  })

  it('keeps many events apart that are judged at once', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        shared.judge(1, body({ n }), [`data.n == ${n % 7}`, 'data.n < 500']),
      ),
    )
    expect(verdicts).toEqual(
      Array.from({ length: 1_000 }, (_, n) => [n < 7 ? 'match' : 'no_match', n < 500 ? 'match' : 'no_match']),
    )
  })

  it('needs nobody for no expressions', async () => {
    expect(await shared.judge(1, body(1), [])).toEqual([])
  })

  it('keeps the bytes it was given', async () => {
    const pooled = Buffer.from('{"data":1}')
    await shared.judge(1, pooled, ['data == 1'])
    expect(pooled.toString()).toBe('{"data":1}')
  })

  it('comes to a verdict on any body', async () => {
    const half = 512 * 1024
    const bodies = [
      '['.repeat(2 * half),
      `{"data":${'['.repeat(half - 20)}${']'.repeat(half - 20)}}`,
      '',
      '\u0000',
    ]
    const expressions = ['data == 1', 'size(data) == 1', 'true']
    const verdicts = await Promise.all(bodies.map((text) => shared.judge(1, Buffer.from(text), expressions)))
    expect(verdicts[0]).toEqual(['error', 'error', 'error'])
    expect(verdicts[1]?.at(-1)).toBe('match')
    expect(verdicts.slice(2)).toEqual([
      ['error', 'error', 'error'],
      ['error', 'error', 'error'],
    ])
  })
})

describe('the limit of time', () => {
  const SLOW_LOOP = `data.all(x, ${Array.from({ length: 90 }, () => 'x > 0').join(' && ')})`

  it('ends a loop over a body of 1 MiB, and the event goes through', async () => {
    const judge = judgeWith({ timeoutMs: 100 })
    await judge.judge(1, body(1), ['true'])
    expect(await judge.judge(1, NUMBERS_BODY, [SLOW_LOOP])).toEqual(['overrun'])
  })

  it('lets a loop end that takes its time', async () => {
    expect(await shared.judge(1, NUMBERS_BODY, ['data.all(x, x > 0)', 'data.exists(x, x > 1)'])).toEqual([
      'match',
      'no_match',
    ])
  })

  it('ends what no budget stops, and judges what was asked with it', async () => {
    const judge = judgeWith({ timeoutMs: 200 })
    const asked = [
      judge.judge(1, body(1), ['data == 1', 'data == 2']),
      judge.judge(1, STUCK_BODY, ['has(data.hay)', STUCK, 'has(data.other)']),
      judge.judge(1, body(2), ['data == 1', 'data == 2']),
      judge.check(1, 'data == 1'),
    ]
    expect(await Promise.all(asked)).toEqual([
      ['match', 'no_match'],
      ['match', 'overrun', 'no_match'],
      ['no_match', 'match'],
      { refused: null, remarks: [] },
    ])
  })

  it('is one tenant’s: another process judges the others', async () => {
    const clock = createHandClock()
    const judge = judgeWith({ timeoutMs: 800, processes: 2, clock })
    let hasEnded = false
    const stuck = judge.judge(2, STUCK_BODY, [STUCK]).finally(() => (hasEnded = true))
    for (let n = 0; n < 200; n++) expect(await judge.judge(1, body(n), [`data == ${n}`])).toEqual(['match'])
    expect(hasEnded).toBe(false)
    // The silence is looked at in parts.
    for (let part = 0; part < 3; part++) clock.pass(10_000)
    expect(await stuck).toEqual(['overrun'])
  })

  it('is met once: then the expression rests, for bodies as large', async () => {
    const judge = judgeWith({ timeoutMs: 100 })
    expect(await judge.judge(1, STUCK_BODY, [STUCK])).toEqual(['overrun'])
    const again = Array.from({ length: 10 }, () => judge.judge(1, STUCK_BODY, [STUCK, 'has(data.hay)']))
    expect(new Set((await Promise.all(again)).map(String))).toEqual(new Set(['overrun,match']))
    expect(await judge.judge(1, body({ hay: FREE_HAY }), [STUCK])).toEqual(['match'])
  })
})

describe('the limit of memory', () => {
  it('ends the process of what outgrows it, and judges what was asked with it', async () => {
    const errors: Error[] = []
    const judge = judgeWith({ memoryMb: 32, onError: (error) => errors.push(error) })
    const asked = [
      judge.judge(1, body(1), ['data == 1']),
      judge.judge(1, NUMBERS_BODY, [HOG]),
      judge.judge(1, body(2), ['data == 1', 'data == 2']),
    ]
    expect(await Promise.all(asked)).toEqual([['match'], ['overrun'], ['no_match', 'match']])
    expect(errors).toEqual([])
  })

  it('is not the memory of the server', async () => {
    const judge = judgeWith({ memoryMb: 32, timeoutMs: 100 })
    const concatenations = Array.from({ length: 140 }, () => 'data.s').join(' + ')
    const bombs = ['size(data.list.map(x, data.s + string(x))) == 0', `size(${concatenations}) == 0`, STUCK]
    const hostile = body({ list: Array.from({ length: 20_000 }, () => 1), s: 'x'.repeat(500_000) })
    await judge.judge(1, body(1), ['true'])
    const before = process.memoryUsage.rss()
    for (const [index, bomb] of bombs.entries()) {
      const expressions = Array.from({ length: 3 }, (_, n) => `${bomb} || data.n == ${n}`)
      expect(await judge.judge(1, index === 2 ? STUCK_BODY : hostile, expressions)).not.toContain('match')
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024)
  })
})

describe('a judge that cannot work', () => {
  it('lets events through, refuses to check, and says why', async () => {
    const errors: Error[] = []
    const judge = judgeWith({ memoryMb: 1, onError: (error) => errors.push(error) })
    expect(await judge.judge(1, body(1), ['data == 1', 'data == 2'])).toEqual(['overrun', 'overrun'])
    await expect(judge.check(1, 'data == 1')).rejects.toThrow('died before it had started')
    expect(errors).toHaveLength(2)
  })
})

describe('a full or closed judge', () => {
  it('turns away what is more than an organization’s part of the queue, and nobody else', async () => {
    const judge = judgeWith()
    const own = (LIMITS.filterQueueMax * LIMITS.ownToFreeMax) / (LIMITS.ownToFreeMax + 1)
    const asked = Array.from({ length: own }, () => judge.judge(1, body(1), ['data == 1']))
    expect((await problemOf(judge.judge(1, body(1), ['data == 1']))).code).toBe('overloaded')
    expect((await problemOf(judge.check(1, 'data == 1'))).code).toBe('overloaded')
    asked.push(judge.judge(2, body(1), ['data == 1']))
    expect(new Set((await Promise.all(asked)).map(String))).toEqual(new Set(['match']))
  })

  it('gives no verdict on what it was closed upon', async () => {
    const judge = judgeWith()
    await judge.judge(1, body(1), ['true'])
    const running = problemOf(judge.judge(1, STUCK_BODY, [STUCK]))
    await Promise.resolve()
    const waiting = problemOf(judge.judge(1, body(1), ['true']))
    await Promise.all([judge.close(), judge.close()])
    expect((await running).code).toBe('shutting_down')
    expect((await waiting).code).toBe('shutting_down')
    expect((await problemOf(judge.judge(1, body(1), ['true']))).code).toBe('shutting_down')
    expect((await problemOf(judge.check(1, 'true'))).code).toBe('shutting_down')
  })

  it('has nothing to end when nothing was asked', async () => {
    await expect(judgeWith().close()).resolves.toBeUndefined()
  })
})

describe('an idle judge', () => {
  it('ends its processes after a minute, and starts them again', async () => {
    const minutes: (() => void)[] = []
    const clock: Clock = {
      ...systemClock,
      after(delayMs, action) {
        if (delayMs !== 60_000) return systemClock.after(delayMs, action)
        minutes.push(action)
        return { cancel: () => minutes.splice(minutes.indexOf(action), 1) }
      },
    }
    const judge = judgeWith({ clock })
    for (let round = 0; round < 2; round++) {
      expect(await judge.judge(1, body(1), ['data == 1'])).toEqual(['match'])
      expect(minutes).toHaveLength(1)
      minutes.pop()?.()
    }
    expect(await judge.judge(1, body(1), ['data == 1'])).toEqual(['match'])
  })
})
