import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { batchOf, createBatchLimit, type Task } from './tasks.ts'

function task(changes: Partial<Task> = {}): Task {
  const expressions = changes.expressions ?? ['a']
  return {
    organizationId: 1,
    body: Buffer.from('{}'),
    shapes: [],
    expressions,
    results: expressions.map(() => null),
    isSuspect: false,
    resolve: () => undefined,
    reject: () => undefined,
    ...changes,
  }
}

function taken(queue: Task[]): number[] {
  const counts: number[] = []
  while (queue.length > 0) {
    const fits = createBatchLimit()
    const end = queue.findIndex((one) => !fits(one))
    counts.push(queue.splice(0, end === -1 ? queue.length : end).length)
  }
  return counts
}

describe('createBatchLimit', () => {
  it('lets so many in at once', () => {
    expect(taken(Array.from({ length: LIMITS.filterBatchMax + 1 }, () => task()))).toEqual([
      LIMITS.filterBatchMax,
      1,
    ])
  })

  it('lets so many in bytes at once, and a task of more alone', () => {
    const [half, whole] = [0.5, 1].map((share) => Buffer.alloc(LIMITS.filterBatchBytesMax * share))
    const tooLarge = Buffer.alloc(LIMITS.filterBatchBytesMax + 1)
    const bodies = [half, half, half, whole, tooLarge, tooLarge, null, null]
    expect(taken(bodies.map((body) => task({ body: body ?? null })))).toEqual([2, 1, 1, 1, 1, 2])
  })

  it('takes a suspect alone', () => {
    const suspects = [false, true, true, false, false, true, false]
    expect(taken(suspects.map((isSuspect) => task({ isSuspect })))).toEqual([1, 1, 1, 2, 1, 1])
  })
})

describe('batchOf', () => {
  it('asks for what is missing, with the bodies one after the other', () => {
    const first = task({
      body: Buffer.from('{"a":1}'),
      expressions: ['a', 'b', 'c'],
      results: ['match', null, null],
    })
    const check = task({ body: null, expressions: ['d'] })
    const last = task({ body: Buffer.from('[]'), expressions: ['e', 'f'], isSuspect: true })
    const { batch, items } = batchOf(1, [first, check, last])
    expect(batch).toEqual({
      organizationId: 1,
      questions: [
        { expressions: ['b', 'c'], bodyBytes: 7 },
        { expressions: ['d'], bodyBytes: null, shapes: [] },
        { expressions: ['e'], bodyBytes: 2 },
      ],
      bodies: new Uint8Array(Buffer.from('{"a":1}[]')),
    })
    expect(items).toEqual([
      { task: first, place: 1 },
      { task: first, place: 2 },
      { task: check, place: 0 },
      { task: last, place: 0 },
    ])
  })
})
