import { performance } from 'node:perf_hooks'

// process.hrtime counts from an origin of the machine's, the same in every process; performance.now is the same clock
// from another origin, and reads faster. The first reading of either loads code: it must not stand between the two.
performance.now()
process.hrtime.bigint()
const originMicroseconds = Number(process.hrtime.bigint()) / 1_000 - performance.now() * 1_000

/** Microseconds on a monotonic clock that all processes of this machine share: one may stamp what another receives. */
export function sharedMicroseconds(): number {
  return originMicroseconds + performance.now() * 1_000
}
