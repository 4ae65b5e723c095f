import { sharedMicroseconds } from '../lib/shared-clock.ts'
import { createLatencies, type LatencySummary } from './latencies.ts'
import type { WebhookRequest } from './read-request.ts'

/**
 * Who gets what. Webhooks 0 … fanOut-1 are group 0, the next fanOut group 1, and so on; event `n` is owed to all webhooks
 * of group `n % groups`, and to no other.
 */
export interface Expected {
  fanOut: number
  groups: number
  /** The first event that counts. Earlier ones are left over from what was measured before. */
  first: number
  /** Goes on with what was watched before: what has arrived by then and comes again is there twice. */
  continues: boolean
}

export interface ArrivalReport {
  /** Each event at each of its webhooks once. */
  unique: number
  /** The same again. */
  duplicates: number
  /** At a webhook that was not owed the event, or without a readable event in it. */
  strays: number
  /** Requests that were taken and never answered. */
  hung: number
  /** The first and the last arrival, microseconds on the shared clock. */
  firstAt: number
  lastAt: number
  /** From when the event was due to its arrival. */
  latency: LatencySummary
  samples: Sample[]
}

/** A request as it came, for its signature to be checked. */
export interface Sample {
  head: string
  body: string
}

export interface Arrivals {
  watch(expected: Expected): void
  /** `bytes` holds the request, which begins at `at`. */
  add(request: WebhookRequest, now: number, bytes: Buffer, at: number): void
  unique(): number
  /** Since the last arrival, or since `watch`. */
  quietMs(): number
  report(): ArrivalReport
}

/** The first requests, then one of each thousand. */
const SAMPLES_AT_ONCE = 10
const SAMPLE_EVERY = 1_000
const SAMPLES_MAX = 50

export function createArrivals(): Arrivals {
  const latencies = createLatencies()
  let expected: Expected = { fanOut: 1, groups: 1, first: 0, continues: false }
  let seen = createSeen()
  let counted = noCounts()
  let watchedSince = sharedMicroseconds()
  let samples: Sample[] = []

  function keepSample({ bodyAt, end }: WebhookRequest, bytes: Buffer, at: number): void {
    const isDue = samples.length < SAMPLES_AT_ONCE || counted.unique % SAMPLE_EVERY === 0
    if (!isDue || samples.length >= SAMPLES_MAX) return
    samples.push({ head: bytes.toString('latin1', at, bodyAt), body: bytes.toString('utf8', bodyAt, end) })
  }

  return {
    watch(next) {
      expected = next
      if (!next.continues) seen = createSeen()
      counted = noCounts()
      watchedSince = sharedMicroseconds()
      samples = []
      latencies.clear()
    },
    add(request, now, bytes, at) {
      const { webhook, sequence, hangs, microseconds } = request
      const { fanOut, groups, first } = expected
      if (hangs) {
        counted.hung += 1
        return
      }
      if (sequence >= 0 && sequence < first) return
      counted.firstAt ||= now
      counted.lastAt = now
      if (sequence < 0 || Math.floor(webhook / fanOut) !== sequence % groups) counted.strays += 1
      else if (!seen.add((sequence - first) * fanOut + (webhook % fanOut))) counted.duplicates += 1
      else {
        counted.unique += 1
        latencies.add(now - microseconds)
        keepSample(request, bytes, at)
      }
    },
    unique: () => counted.unique,
    quietMs: () => (sharedMicroseconds() - Math.max(watchedSince, counted.lastAt)) / 1_000,
    report: () => ({ ...counted, latency: latencies.summary(), samples }),
  }
}

function noCounts(): Omit<ArrivalReport, 'latency' | 'samples'> {
  return { unique: 0, duplicates: 0, strays: 0, hung: 0, firstAt: 0, lastAt: 0 }
}

const BYTES_AT_FIRST = 64 * 1024

/** A set of small whole numbers, one bit each. */
function createSeen(): { add(value: number): boolean } {
  let bits = new Uint8Array(BYTES_AT_FIRST)
  return {
    /** False when it was in it before. */
    add(value) {
      const index = Math.floor(value / 8)
      const bit = 1 << (value % 8)
      if (index >= bits.length) {
        const larger = new Uint8Array(Math.max(bits.length * 2, index + 1))
        larger.set(bits)
        bits = larger
      }
      const byte = bits[index] ?? 0
      if ((byte & bit) !== 0) return false
      bits[index] = byte | bit
      return true
    },
  }
}
