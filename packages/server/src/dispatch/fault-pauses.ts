import { wasNotSent, type AttemptReport } from '../core/attempt.ts'
import type { Clock, Timer } from '../core/clock.ts'
import type { OwnFault, OwnFaultCode } from '../core/own-fault.ts'
import { isAfter, pauseAfter, type Attempted, type FaultPause } from './fault-pause.ts'
import type { Lane } from './lane.ts'
import { PACING } from './pacing.ts'

/**
 * What faults of our own hold up, so that a machine in trouble is not kept busy with attempts that cannot succeed:
 *
 * - without descriptors or memory nothing starts at all but a probe: one attempt after a second, then after twice as long
 *   each time, up to a minute. The first one that gets its connection ends the pause;
 * - where the network or the name servers seem to be down each lane waits like this for itself. One that fails must not hold
 *   up another whose receiver may be reached. What reaches anybody (`mended`) ends the wait of all;
 * - what concerns one webhook holds up its lane alone.
 */
export interface FaultPauses {
  /** Whether the machine lets an attempt start now. When it does again, `onOver` is called. */
  mayStart(): boolean
  started(attempt: Attempted): void
  ended(attempt: Attempted, report: Pick<AttemptReport, 'error'>, lane: Lane | null): void
  /** What was at fault works again: answers the lanes that waited for that. */
  mended(code: OwnFaultCode): Lane[]
  stop(): void
}

export function createFaultPauses(clock: Clock, onOver: () => void): FaultPauses {
  let machine: FaultPause | null = null
  let probe: Attempted | null = null
  let timer: Timer | null = null
  let stopped = false
  /** Lanes that wait for the network or the name servers. */
  const disconnected = new Set<Lane>()

  function wakeAfter(delayMs: number, action: () => void): void {
    timer?.cancel()
    timer = stopped ? null : clock.after(Math.max(0, Math.ceil(delayMs)), action)
  }

  function resume(): void {
    machine = null
    probe = null
    timer?.cancel()
    onOver()
  }

  function pauseMachine(attempt: Attempted, fault: OwnFault): void {
    const now = clock.monotonic()
    const paused = pauseAfter(machine, attempt, fault, now)
    if (paused === machine) return
    machine = paused
    wakeAfter(paused.until - now, onOver)
  }

  function pauseLane(lane: Lane, attempt: Attempted, fault: OwnFault): void {
    lane.fault = pauseAfter(lane.fault, attempt, fault, clock.monotonic())
    if (fault.scope === 'network') disconnected.add(lane)
    else disconnected.delete(lane)
  }

  return {
    mayStart: () => machine === null || (probe === null && clock.monotonic() >= machine.until),
    started(attempt) {
      if (machine === null) return
      probe = attempt
      // Whoever is still under way by then has its connection: it is the receiver that takes its time.
      wakeAfter(PACING.slowAfterMs, resume)
    },
    ended(attempt, report, lane) {
      const fault = wasNotSent(report) ? report.error?.fault : undefined
      if (probe === attempt) probe = null
      if (fault === undefined) {
        if (machine !== null && isAfter(attempt, machine)) resume()
        if (lane?.fault != null && isAfter(attempt, lane.fault)) {
          lane.fault = null
          disconnected.delete(lane)
        }
      } else if (fault.scope === 'machine') pauseMachine(attempt, fault)
      else if (lane !== null) pauseLane(lane, attempt, fault)
    },
    mended(code) {
      const lanes = [...disconnected].filter(({ fault }) => fault?.code === code)
      for (const lane of lanes) {
        lane.fault = null
        disconnected.delete(lane)
      }
      return lanes
    },
    stop() {
      stopped = true
      timer?.cancel()
    },
  }
}
