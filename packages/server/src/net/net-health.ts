import type { Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import type { OwnFaultCode } from '../core/own-fault.ts'
import { createSense, type Sense, type SenseVerdict } from './sense.ts'

/** What of ours every request depends on. */
export type NetPart = 'resolver' | 'network' | 'clock'

/**
 * Whether the name servers, the network and the clock of this machine work, as far as the requests of everybody tell. Each
 * alone may fail for reasons of its receiver's; it takes several that fail and none that works to find the fault with us.
 */
export interface NetHealth {
  readonly senses: Readonly<Record<NetPart, Sense>>
  now(): number
  worked(part: NetPart): void
  judge(part: NetPart, begunAt: number): SenseVerdict
}

export const FAULT_CODES: Readonly<Record<NetPart, OwnFaultCode>> = {
  resolver: 'resolver_down',
  network: 'network_down',
  clock: 'clock_wrong',
}

export function createNetHealth(
  clock: Pick<Clock, 'monotonic'>,
  onMended: (code: OwnFaultCode) => void,
): NetHealth {
  const { faultWindowMs: windowMs, lookupAnswerMsMax, namesAtFaultMin, originsAtFaultMin } = LIMITS
  const origins = {
    subjectsMin: originsAtFaultMin,
    windowMs,
    tooLongMs: Number.POSITIVE_INFINITY,
    openMs: windowMs,
  }
  const names = {
    subjectsMin: namesAtFaultMin,
    windowMs,
    tooLongMs: lookupAnswerMsMax,
    // A lookup takes some 6 s to fail; another that began beside it shows soon.
    openMs: 2 * lookupAnswerMsMax,
  }
  const senses = {
    resolver: createSense(names),
    network: createSense(origins),
    clock: createSense(origins),
  }
  const now = (): number => clock.monotonic()
  return {
    senses,
    now,
    worked(part) {
      if (senses[part].worked(now())) onMended(FAULT_CODES[part])
    },
    judge: (part, begunAt) => senses[part].judge(begunAt, now()),
  }
}
