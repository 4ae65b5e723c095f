import { wasNotSent, type AttemptReport } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import type { OwnFaultCode } from '../core/own-fault.ts'
import { MINUTE_MS } from '../core/time.ts'

/** A fault of this server that keeps deliveries from leaving now. For operators: it names no tenant. */
export interface Warning {
  code: OwnFaultCode
  message: string
  /** Milliseconds, when it was first met. */
  since: number
}

/** Remembers which faults of our own hold up deliveries. */
export interface FaultWatch {
  settled(report: Pick<AttemptReport, 'error'>): void
  /** What was at fault works again. */
  mended(code: OwnFaultCode): void
  /** The oldest first. */
  warnings(): Warning[]
}

/** An attempt is made once a minute as long as something waits. What nothing fails of any more is no fault of now. */
export const WARNING_KEPT_MS = 3 * MINUTE_MS

/** A stop is no fault, a standstill is over when it shows, and an address that a local rule closes may be any tenant's idea. */
const UNTOLD: ReadonlySet<OwnFaultCode> = new Set(['stopping', 'stood_still', 'local_firewall'])
/** What a mail server says may name it, and `/readyz` answers everybody. */
const SHOWN_AS: Partial<Record<OwnFaultCode, string>> = {
  mail_relay: 'The mail server takes no mail from this server. The log of the deliveries says why.',
}
const OF_THE_MACHINE: readonly OwnFaultCode[] = ['out_of_descriptors', 'out_of_memory']

export function createFaultWatch(clock: Pick<Clock, 'now' | 'monotonic'>): FaultWatch {
  const faults = new Map<OwnFaultCode, Warning & { heardAt: number }>()

  return {
    settled(report) {
      if (!wasNotSent(report)) {
        for (const code of OF_THE_MACHINE) faults.delete(code)
        return
      }
      const fault = report.error?.fault
      if (fault === undefined || UNTOLD.has(fault.code)) return
      const { code } = fault
      const since = faults.get(code)?.since ?? clock.now()
      const message = SHOWN_AS[code] ?? report.error?.message ?? ''
      faults.set(code, { code, message, since, heardAt: clock.monotonic() })
    },
    mended(code) {
      faults.delete(code)
    },
    warnings() {
      const keptFrom = clock.monotonic() - WARNING_KEPT_MS
      for (const { code, heardAt } of faults.values()) if (heardAt < keptFrom) faults.delete(code)
      return [...faults.values()]
        .map(({ code, message, since }) => ({ code, message, since }))
        .sort((left, right) => left.since - right.since)
    },
  }
}
