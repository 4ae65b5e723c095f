import { notSent, type AttemptReport } from '../core/attempt.ts'
import { turn } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import type { WatchfulClock } from '../core/watchful-clock.ts'
import { FAULT_CODES, type NetHealth, type NetPart } from '../net/net-health.ts'

/** Codes that a fault of ours may hide behind, and of what. */
const SUSPECTS: Readonly<Record<string, readonly NetPart[]>> = {
  dns_failed: ['resolver', 'network'],
  connection_timeout: ['network'],
  connection_unreachable: ['network'],
  tls_expired: ['clock'],
}

/** The same words each time: repeats share an entry of the log, and a line of the server's. */
const MESSAGES: Readonly<Record<NetPart, string>> = {
  resolver: 'The name servers of this server do not answer: none of several names could be looked up.',
  network: 'The network of this server seems to be down: none of several receivers could be reached.',
  clock:
    'The clock of this server seems to be wrong: by it, none of several receivers has a certificate that is valid now.',
}

const STOOD_STILL =
  'This server stood still for a while: it, or the machine that it runs on, was stopped and went on later.'

/** How often is looked again, while other tries are to show whose fault it is. */
const LOOK_MS = 500

export interface JudgementParts {
  health: NetHealth
  clock: Pick<WatchfulClock, 'after' | 'monotonic' | 'stoodStillSince'>
}

/**
 * Whose fault a failed attempt is. One to a receiver that was not reached may be ours, when nobody else is reached either.
 * While that is open it is waited for, for a while after the attempt began: a delivery that waits
 * is better than a webhook that is charged wrongly. `begunAt` is monotonic; `mayWait` is asked before each wait.
 */
export async function judgeAttempt(
  { health, clock }: JudgementParts,
  report: AttemptReport,
  begunAt: number,
  mayWait: () => boolean,
): Promise<AttemptReport> {
  // Also over a connection that was there before, of which nobody else tells.
  if (report.statusCode !== null) health.worked('network')
  if (await stoodStill(clock, report, begunAt)) return ofStandstill(report)
  const suspects = SUSPECTS[report.error?.code ?? ''] ?? []
  for (;;) {
    const verdicts = suspects.map((part) => health.judge(part, begunAt))
    const ours = suspects[verdicts.indexOf('ours')]
    if (ours !== undefined) {
      const error = notSent(MESSAGES[ours], { code: FAULT_CODES[ours], scope: 'network' })
      return { ...report, error, requestHeaders: {}, requestBody: null }
    }
    if (!verdicts.includes('open') || !mayWait()) return report
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve))
  }
}

/**
 * Whether we stood still while the attempt was under way, and so may have lost what came, or let the other side wait. An
 * answer that is there tells what it tells.
 */
async function stoodStill(
  clock: JudgementParts['clock'],
  { statusCode, error }: AttemptReport,
  begunAt: number,
): Promise<boolean> {
  if (statusCode !== null || error === null || error.fault !== undefined) return false
  if (clock.monotonic() - begunAt < LIMITS.standstillMsMin) return false
  // Until the timers that were due meanwhile have come.
  await turn(clock)
  return clock.stoodStillSince(begunAt)
}

/** A request that was written may have been read: nobody knows, as after a crash. */
function ofStandstill(report: AttemptReport): AttemptReport {
  if (report.sends > 0) return { ...report, outcome: 'unknown', error: null }
  const error = notSent(STOOD_STILL, { code: 'stood_still', scope: 'webhook' })
  return { ...report, error, requestHeaders: {}, requestBody: null }
}
