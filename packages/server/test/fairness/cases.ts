import { EXPERIMENT, type Experiment } from './experiment.ts'

const TURNING_MS = 20_000
/** Healthy at first, with what a lane earns by that, and hanging from one moment on. */
const proven: Partial<Experiment> = {
  hangFromMs: TURNING_MS,
  measureFromMs: TURNING_MS,
  durationMs: TURNING_MS + EXPERIMENT.durationMs,
}

/** What is tried of fairness, in words. The healthy ones are to notice nothing in any of them. */
export const CASES: Readonly<Record<string, Partial<Experiment>>> = {
  'nobody hangs': {},
  '300 of 1,000 hang from the start': { hanging: 300 },
  '300 of 1,000 hang all at once': { hanging: 300, ...proven },
  '52 hang from the start, with 300 events each': { hanging: 52, burst: 300 },
  '60 hang from the start, with 300 events each': { hanging: 60, burst: 300 },
  '52 hang all at once, with 300 events each': { hanging: 52, burst: 300, ...proven },
  '60 hang all at once, with 300 events each': { hanging: 60, burst: 300, ...proven },
  '300 hang all at once, with 300 events each': { hanging: 300, burst: 300, ...proven },
}
