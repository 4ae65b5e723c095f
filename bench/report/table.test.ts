import { describe, expect, it } from 'vitest'
import { verdicts, type Row } from './result.ts'
import { renderTable } from './table.ts'

const ROWS: Row[] = [
  { what: 'Rival', unit: 'deliveries/s', rounds: [4_000, 5_000, 3_000] },
  {
    what: 'Ours',
    unit: 'deliveries/s',
    rounds: [12_000, 11_000, 13_000],
    ratios: [
      { to: '× the rival', value: 3, asked: { atLeast: 2.5 } },
      { to: 'of the limit', value: 0.3, asked: { atLeast: 0.35 } },
    ],
  },
  { what: 'Wait', unit: 'ms', rounds: [14, 16, 15], asked: { atMost: 15 } },
  { what: 'Other', unit: 'ms', rounds: [], skipped: 'skipped: not here' },
]

describe('the table', () => {
  const table = renderTable([{ name: 'a', title: 'A section', rows: ROWS }])
  const lineWith = (text: string): string => table.split('\n').find((line) => line.includes(text)) ?? ''

  it('has medians, with the least and the most', () => {
    expect(lineWith('Rival')).toMatch(/Rival +4,000 +deliveries\/s +3,000 – 5,000$/)
  })

  it('says of each figure asked for whether it is met', () => {
    expect(lineWith('Ours')).toMatch(/3\.00 × the rival +≥ 2\.5 +met$/)
    expect(lineWith('of the limit')).toMatch(/0\.30 of the limit +≥ 0\.35 +missed$/)
    expect(lineWith('Wait')).toMatch(/15\.0 +ms +14\.0 – 16\.0 +≤ 15 +met$/)
  })

  it('says why a figure is not there', () => {
    expect(lineWith('Other')).toContain('skipped: not here')
  })

  it('counts the figures asked for', () => {
    expect(verdicts(ROWS)).toEqual([
      { what: 'Ours, × the rival', isMet: true },
      { what: 'Ours, of the limit', isMet: false },
      { what: 'Wait', isMet: true },
    ])
  })
})
