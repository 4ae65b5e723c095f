import { expect, it } from 'vitest'
import { createSense, type Sense } from './sense.ts'

const RULE = { subjectsMin: 3, windowMs: 60_000, tooLongMs: Number.POSITIVE_INFINITY, openMs: 60_000 }

/** A try that failed. */
function fail(sense: Sense, subject: string, begunAt: number, endedAt: number): void {
  sense.failed(sense.begin(subject, begunAt), endedAt)
}

it('finds the fault with us once several failed and none worked', () => {
  const sense = createSense(RULE)
  fail(sense, 'a', 0, 10_000)
  fail(sense, 'b', 5_000, 15_000)
  fail(sense, 'a', 11_000, 21_000)
  expect(sense.judge(11_000, 21_000)).toBe('theirs')
  fail(sense, 'c', 20_000, 30_000)
  expect(sense.judge(20_000, 30_000)).toBe('ours')
  expect(sense.judge(0, 30_000)).toBe('ours')
})

it('finds it with them when it worked for another meanwhile', () => {
  const sense = createSense(RULE)
  const [a, b] = [sense.begin('a', 0), sense.begin('b', 0)]
  sense.begin('d', 0)
  expect(sense.worked(10)).toBe(false)
  for (const attempt of [a, b]) sense.failed(attempt, 10_000)
  fail(sense, 'c', 1_000, 11_000)
  expect(sense.judge(0, 10_000)).toBe('theirs')
  expect(sense.judge(1_000, 11_000)).toBe('open')
  fail(sense, 'a', 12_000, 22_000)
  expect(sense.judge(12_000, 22_000)).toBe('open')
  fail(sense, 'b', 12_000, 22_000)
  expect(sense.judge(12_000, 22_000)).toBe('ours')
})

it('leaves it open while others that were tried lately may tell, and not for longer than it looks back', () => {
  const sense = createSense(RULE)
  for (const subject of ['a', 'b', 'c']) sense.ended(sense.begin(subject, 0))
  sense.worked(5)
  fail(sense, 'a', 100_000, 110_000)
  expect(sense.judge(100_000, 110_000)).toBe('open')
  expect(sense.judge(100_000, 159_999)).toBe('open')
  expect(sense.judge(100_000, 160_000)).toBe('theirs')
})

it('says at once that it is theirs when they are the only ones', () => {
  const sense = createSense(RULE)
  fail(sense, 'a', 0, 0)
  fail(sense, 'b', 0, 0)
  expect(sense.judge(0, 0)).toBe('theirs')
})

it('does not add up what failed long apart', () => {
  const sense = createSense(RULE)
  fail(sense, 'a', 0, 0)
  fail(sense, 'b', 1_000, 1_000)
  fail(sense, 'c', 61_000, 61_000)
  expect(sense.judge(61_000, 61_000)).not.toBe('ours')
  for (const subject of ['d', 'e']) fail(sense, subject, 61_000, 61_001)
  expect(sense.judge(61_000, 61_001)).toBe('ours')
})

it('stays with us, however long nobody tries, until it works for somebody', () => {
  const sense = createSense(RULE)
  for (const subject of ['a', 'b', 'c']) fail(sense, subject, 0, 10)
  fail(sense, 'a', 3_600_000, 3_600_010)
  expect(sense.judge(3_600_000, 3_600_010)).toBe('ours')
  expect(sense.worked(3_600_020)).toBe(true)
  expect(sense.worked(3_600_040)).toBe(false)
})

it('is not theirs what began while it was at fault, though it works by the time that fails', () => {
  const sense = createSense(RULE)
  for (const subject of ['a', 'b', 'c']) fail(sense, subject, 0, 10)
  const late = sense.begin('a', 20)
  expect(sense.worked(30)).toBe(true)
  sense.failed(late, 6_020)
  expect(sense.judge(20, 6_020)).toBe('ours')
  fail(sense, 'a', 40, 6_040)
  expect(sense.worked(6_050)).toBe(false)
  expect(sense.judge(40, 6_060)).toBe('theirs')
})

it('counts a try that takes too long before it has failed', () => {
  const sense = createSense({ subjectsMin: 2, windowMs: 60_000, tooLongMs: 5_000, openMs: 10_000 })
  sense.begin('b', 2_000)
  fail(sense, 'a', 0, 6_000)
  expect(sense.judge(0, 6_000)).toBe('open')
  expect(sense.judge(0, 6_999)).toBe('open')
  expect(sense.judge(0, 7_000)).toBe('ours')
})

it('takes several tries of one subject for one, under whatever name they failed', () => {
  const sense = createSense(RULE)
  for (const subject of ['a', 'b', 'c', 'd']) sense.failed(sense.begin(subject, 0), 1, 'one certificate')
  expect(sense.judge(0, 1)).toBe('open')
})

it('takes our word for it when it is broken beyond doubt', () => {
  const sense = createSense(RULE)
  sense.broken()
  expect(sense.judge(0, 0)).toBe('ours')
  expect(sense.worked(1)).toBe(true)
})
