import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { createLanguage } from '../../../cel/language.ts'
import { FILTER_VARIABLES } from '../description.ts'
import { answer } from './answer.ts'
import { createConditionCache } from './condition-cache.ts'
import type { Question, Result } from './messages.ts'

const language = createLanguage({
  variables: FILTER_VARIABLES,
  charactersMax: 1_000,
  timeoutMs: 10_000,
  clock: systemClock,
})

function answersTo(questions: { body?: string; expressions: string[] }[]): Result[] {
  const bodies = questions.map(({ body }) => (body === undefined ? null : Buffer.from(body)))
  const batch = {
    organizationId: 1,
    questions: questions.map(({ expressions }, index): Question => ({
      expressions,
      bodyBytes: bodies[index]?.length ?? null,
    })),
    bodies: Buffer.concat(bodies.map((body) => body ?? Buffer.alloc(0))),
  }
  return [
    ...answer(batch, { look: language.look, conditions: createConditionCache(language) }, FILTER_VARIABLES),
  ]
}

function verdictsOn(body: unknown, ...expressions: string[]): Result[] {
  return answersTo([{ body: JSON.stringify(body), expressions }])
}

describe('answer', () => {
  it('gives each question its results, from its own body', () => {
    expect(
      answersTo([
        { body: '{"data":{"n":1}}', expressions: ['data.n == 1', 'data.n == 2', 'data.m == 1'] },
        { expressions: ['data.n == 1', 'nonsense(1)'] },
        { body: '{"data":{"n":"ü"}}', expressions: [] },
        { body: '{"data":{"n":2}}', expressions: ['data.n == 2', 'nonsense(1)'] },
      ]),
    ).toEqual([
      'match',
      'no_match',
      'error',
      { refused: null, remarks: [] },
      { refused: 'line 1, column 1: there is no function "nonsense"' },
      'match',
      'error',
    ])
  })

  it('fails on what is not JSON, however deep', () => {
    const bodies = ['', '{', '[1,]', '['.repeat(1024 * 1024), '\u0000']
    expect(answersTo(bodies.map((body) => ({ body, expressions: ['true', 'false'] })))).toEqual(
      bodies.flatMap(() => ['error', 'error']),
    )
  })
})

describe('variables', () => {
  it('are the fields at the top of the body, and the body', () => {
    expect(
      verdictsOn(
        { event: 'run.failed', run: { result: 'FAIL' }, summary: { error_count: 2 }, 'x-y': 1 },
        'run.result == "FAIL" && summary.error_count > 1',
        'body.run == run && body["x-y"] == 1',
        'data.x == 1',
        'has(body.data)',
      ),
    ).toEqual(['match', 'match', 'error', 'no_match'])
  })

  it('call the type of the event both names, whichever the dialect has', () => {
    for (const name of ['type', 'event']) {
      expect(
        verdictsOn({ [name]: 'order.paid' }, 'type == "order.paid"', 'event == "order.paid"', 'type == "x"'),
      ).toEqual(['match', 'match', 'no_match'])
    }
    expect(verdictsOn({ type: 'a', event: 'b' }, 'type == "a" && event == "b"')).toEqual(['match'])
    expect(verdictsOn({ data: {} }, 'event == "a"', 'event != "a"')).toEqual(['error', 'error'])
  })

  it('are not fields that only look like them', () => {
    const body = { 'data.score': 1, data: { score: 2 }, '@result': true }
    expect(verdictsOn(body, 'data.score == 2', '[1].all(x, x == 2)')).toEqual(['match', 'no_match'])
  })

  it('are but the body when that is no object', () => {
    expect(verdictsOn([1, 2], 'size(body) == 2', 'data == 1')).toEqual(['match', 'error'])
    expect(verdictsOn(null, 'body == null')).toEqual(['match'])
    expect(verdictsOn('text', 'body == "text"')).toEqual(['match'])
  })
})
