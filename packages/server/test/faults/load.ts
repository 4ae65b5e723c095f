import type { Random } from '../../src/core/random.ts'
import { ingest, reportOf, type Report, type ReportKind } from './ingest.ts'
import type { World } from './world.ts'

/** Callers that report at an even pace, whatever becomes of the server. */
export interface Load {
  /** Reports that were answered with 2xx. */
  readonly answered: number
  /** Resolves when the next 2xx has reached its caller. */
  nextAnswer(): Promise<unknown>
  /** Reports no more, and resolves when every caller has its answer or gave up. */
  stop(): Promise<void>
}

export interface LoadOptions {
  perSecond: number
  /** Reports of every kind, not of single events alone. */
  isMixed?: boolean
  random: Pick<Random, 'fraction'>
}

/** What an event is answered with when it is stored. */
export const ACCEPTED = 202
/** Callers that wait for an answer at once; more do not begin. */
const AT_ONCE_MAX = 16
const PACE_MS = 10
/** Callers that repeat a request whose answer was lost, with its idempotency key. The others never learn. */
const PATIENT_SHARE = 0.75

/** What the reports of a mixed load are: mostly events, and a few documents, each of which takes a process to judge. */
function kindOf(number: number): ReportKind {
  if (number % 20 === 0) return 'job'
  if (number % 5 === 0) return 'run'
  return number % 7 === 0 ? 'batch' : 'event'
}

export function startLoad(world: World, { perSecond, isMixed = false, random }: LoadOptions): Load {
  const underWay = new Set<Promise<void>>()
  let answered = 0
  let due = 0
  let next = Promise.withResolvers<unknown>()

  async function report(number: number, isPatient: boolean): Promise<void> {
    const wanted = reportOf(number, isMixed ? kindOf(number) : 'event')
    const firstAskedAt = Date.now()
    for (;;) {
      const { status } = await reportOnce(world, wanted, firstAskedAt)
      if (status !== null && status < 300) {
        answered += 1
        next.resolve(wanted)
        next = Promise.withResolvers()
      }
      if (status !== null || !isPatient) return
    }
  }

  const pace = setInterval(() => {
    due = Math.min(due + (perSecond * PACE_MS) / 1000, AT_ONCE_MAX)
    while (due >= 1 && underWay.size < AT_ONCE_MAX) {
      due -= 1
      const ended = report(world.facts.nextReport(), random.fraction() < PATIENT_SHARE).finally(() =>
        underWay.delete(ended),
      )
      underWay.add(ended)
    }
  }, PACE_MS)

  return {
    get answered() {
      return answered
    },
    nextAnswer: () => next.promise,
    async stop() {
      clearInterval(pace)
      await Promise.all(underWay)
    },
  }
}

/** What came of one request. */
export interface Answered {
  report: Report
  /** Null when no answer came. */
  status: number | null
  code: string | null
}

/**
 * Makes a request, which is noted. A repeat whose first answer was lost was asked when that one was: which of them was
 * accepted cannot be told.
 */
export async function reportOnce(
  world: World,
  report = reportOf(world.facts.nextReport()),
  firstAskedAt?: number,
): Promise<Answered> {
  const { noted, code, runId } = await ingest(await world.api(), report)
  if (runId !== null) world.facts.runs.add(runId)
  world.facts.ingests.push({ ...noted, askedAt: firstAskedAt ?? noted.askedAt })
  return { report, status: noted.status, code }
}

/** Reports `count` events, many at once. Rejects unless all are accepted. */
export async function reportAll(world: World, count: number, type?: string): Promise<void> {
  let left = count
  async function caller(): Promise<void> {
    while (left-- > 0) {
      const { status, code } = await reportOnce(world, reportOf(world.facts.nextReport(), 'event', type))
      if (status !== ACCEPTED) throw new Error(`a report was answered ${String(status)} ${String(code)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, caller))
}
