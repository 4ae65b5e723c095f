/** Runs that found a bug once. A seed means what it meant as long as the actions it is about are as they were. */
export const REGRESSION_SEEDS: readonly { name: string; seed: number; hours: number }[] = [
  { name: 'a lane at its rate limit asks for room without end', seed: 2, hours: 6 },
]
