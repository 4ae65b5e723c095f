import type { Flow } from '../../measure/drive.ts'
import { median, type Row } from '../../report/result.ts'

const FACTOR_ASKED = 2

/** What the same webhooks were measured at, beside others that answer and beside others that hang. */
export interface Compared {
  sound: Flow
  ill: Flow
}

/** Rows of both, with what hanging ones may cost. */
export function comparedRows(soundName: string, illName: string, rounds: readonly Compared[]): Row[] {
  const of = (which: keyof Compared, figure: 'p50' | 'p99'): number[] =>
    rounds.map((round) => round[which].latency[figure])
  const value = median(of('ill', 'p99')) / median(of('sound', 'p99'))
  return [
    { what: `${soundName}, p50`, unit: 'ms', rounds: of('sound', 'p50') },
    { what: `${soundName}, p99`, unit: 'ms', rounds: of('sound', 'p99') },
    { what: `${illName}, p50`, unit: 'ms', rounds: of('ill', 'p50') },
    {
      what: `${illName}, p99`,
      unit: 'ms',
      rounds: of('ill', 'p99'),
      ratios: [{ to: '× undisturbed', value, asked: { atMost: FACTOR_ASKED } }],
    },
  ]
}
