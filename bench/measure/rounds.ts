import type { Bench } from '../bench.ts'

/** Measures the same again, and gives what each round found. */
export async function inRounds<Found>(
  { scale, progress }: Bench,
  measure: (say: (doing: string) => void, round: number) => Promise<Found>,
): Promise<Found[]> {
  const found: Found[] = []
  for (let round = 0; round < scale.rounds; round++) {
    const say = (doing: string): void => progress(`round ${round + 1} of ${scale.rounds}: ${doing}`)
    found.push(await measure(say, round))
  }
  return found
}
