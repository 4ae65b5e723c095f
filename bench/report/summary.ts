import type { Machine } from '../lib/machine.ts'
import type { CheckTotals } from './checks.ts'
import { formatCount, formatNumber } from './format.ts'
import { verdicts, type SectionResult } from './result.ts'

/** Below this a write was not forced to any disk: memory, or a disk that says yes at once. */
const FSYNC_MS_MIN = 0.02

export function describe(machine: Machine): string {
  const { processor, threads, memoryGigabytes, system, node, redis, fsyncMs } = machine
  return [
    `${processor}, ${threads} threads, ${formatNumber(memoryGigabytes)} GB memory; ${system}`,
    `Node ${node}, ${redis === null ? 'no Redis' : `Redis ${redis}`}; forcing 4 KiB to the disk takes ${formatNumber(fsyncMs)} ms`,
    ...(fsyncMs < FSYNC_MS_MIN
      ? ['That is too fast for a disk: commits cost less here than elsewhere.']
      : []),
  ].join('\n')
}

/** What was found wrong, or what was looked at and right. */
export function describeChecks({
  measurements,
  events,
  deliveries,
  signatures,
  faults,
}: CheckTotals): string {
  const looked = `${formatCount(measurements)} measurements, ${formatCount(events)} events, ${formatCount(deliveries)} deliveries`
  if (faults.length > 0) return [`WRONG RESULTS (${looked}):`, ...faults].join('\n  ')
  return `Results right (${looked}): every accepted event arrived once at each webhook that it was owed to and at no other; ${formatCount(signatures)} signatures verified by the standardwebhooks package.`
}

export function describeVerdicts(sections: readonly SectionResult[]): string {
  const all = sections.flatMap(({ rows }) => verdicts(rows))
  if (all.length === 0) return 'Nothing is asked of these figures.'
  const missed = all.filter(({ isMet }) => !isMet)
  const sum = `${all.length - missed.length} of ${all.length} figures asked for are met`
  return missed.length === 0 ? `${sum}.` : [`${sum}; missed:`, ...missed.map(({ what }) => what)].join('\n  ')
}
