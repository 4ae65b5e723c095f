/** When something of ours is held to be at fault: what many depend on works for none of them. */
export interface SenseRule {
  /** So many different names, origins or certificates failed since it last worked for any … */
  subjectsMin: number
  /** … all of them within this time. */
  windowMs: number
  /** A try that has gone on for so long has failed, though it goes on. */
  tooLongMs: number
  /** A failure is held back for so long after its try began, and then charged. */
  openMs: number
}

/**
 * Ours, or theirs. `open`: the next tries will tell, and are to be waited for; to charge somebody now may be wrong.
 */
export type SenseVerdict = 'ours' | 'theirs' | 'open'

/**
 * Whether one thing of ours works that the way to everybody leads through: the name servers, the network, the clock. Fed
 * with what each try came to, and asked about a try that failed. All times are monotonic milliseconds, given by the caller.
 */
export interface Sense {
  /** A try begins. Call `ended` or `failed` with what it returns, once. */
  begin(subject: string, now: number): Try
  /** Nothing can be said of it. */
  ended(attempt: Try): void
  failed(attempt: Try, now: number, subject?: string): void
  /** It worked for somebody, just now. Answers whether it was at fault before. */
  worked(now: number): boolean
  /** It is at fault beyond doubt, until it works for somebody. */
  broken(): void
  /** Of a try that began at `begunAt` and failed. */
  judge(begunAt: number, now: number): SenseVerdict
}

export interface Try {
  readonly subject: string
  readonly begunAt: number
}

/** For how long another subject counts as one that may be tried again soon. */
const KNOWN_WINDOWS = 10

export function createSense({ subjectsMin, windowMs, tooLongMs, openMs }: SenseRule): Sense {
  const underWay = new Set<Try>()
  /** Those that failed since it last worked, with the time; never more than the rule asks for. */
  const vain = new Map<string, number>()
  /** The last few subjects that were tried, with the time; the latest last. */
  const known = new Map<string, number>()
  let workedAt = Number.NEGATIVE_INFINITY
  /** Stays until it works: what waits for it is tried less often than the rule looks back. */
  let atFault = false
  /** When it last worked again after it had been at fault: what began before that met the fault, however late it shows. */
  let mendedAt = Number.NEGATIVE_INFINITY

  function remember(of: Map<string, number>, subject: string, now: number): void {
    of.delete(subject)
    of.set(subject, now)
    const [oldest] = of.keys()
    if (of.size > subjectsMin && oldest !== undefined) of.delete(oldest)
  }

  function countSince(of: Map<string, number>, time: number): number {
    return [...of.values()].filter((at) => at >= time).length
  }

  function noteFailure(subject: string, begunAt: number, now: number): void {
    // It worked for another in the meantime.
    if (begunAt < workedAt) return
    remember(vain, subject, now)
    atFault ||= countSince(vain, now - windowMs) >= subjectsMin
  }

  return {
    begin(subject, now) {
      const attempt: Try = { subject, begunAt: now }
      underWay.add(attempt)
      remember(known, subject, now)
      return attempt
    },
    ended(attempt) {
      underWay.delete(attempt)
    },
    failed(attempt, now, subject = attempt.subject) {
      underWay.delete(attempt)
      noteFailure(subject, attempt.begunAt, now)
    },
    worked(now) {
      workedAt = now
      vain.clear()
      const was = atFault
      atFault = false
      if (was) mendedAt = now
      return was
    },
    broken() {
      atFault = true
    },
    judge(begunAt, now) {
      for (const attempt of underWay) {
        if (now - attempt.begunAt >= tooLongMs) noteFailure(attempt.subject, attempt.begunAt, now)
      }
      if (atFault || begunAt < mendedAt) return 'ours'
      const isAlone = countSince(known, now - KNOWN_WINDOWS * windowMs) < subjectsMin
      return begunAt < workedAt || isAlone || now >= begunAt + openMs ? 'theirs' : 'open'
    },
  }
}
