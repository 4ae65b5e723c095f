/** Letters that may be wrong, missing or swapped: one in three, and three at most. */
const MISTAKES_MAX = 3
const LETTERS_PER_MISTAKE = 3
/** Nobody mistypes longer names than this one by one letter at a time. */
const NAME_LETTERS_MAX = 60

/** The candidate that `name` may be a misspelling of; of two equally near ones that which fits. Null when none is near. */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  isFitting: (candidate: string) => boolean = () => false,
): string | null {
  if (name.length > NAME_LETTERS_MAX) return null
  const wanted = name.toLowerCase()
  let mistakesMax = Math.min(MISTAKES_MAX, Math.floor(name.length / LETTERS_PER_MISTAKE))
  let best: string | null = null
  let bestFits = false
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > mistakesMax) continue
    const mistakes = mistakesBetween(wanted, candidate.toLowerCase(), mistakesMax)
    if (mistakes > mistakesMax) continue
    const fits = isFitting(candidate)
    if (best !== null && mistakes === mistakesMax && (bestFits || !fits)) continue
    best = candidate
    bestFits = fits
    mistakesMax = mistakes
  }
  return best
}

/**
 * Letters to insert, delete or replace, or neighbours to swap, to make one word of the other (the restricted
 * Damerau-Levenshtein distance); once it is clear that there are more than `max`, any number above it.
 */
export function mistakesBetween(one: string, other: string, max: number): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    let least = row
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      let cost = Math.min(
        at(last, column - 1) + (isSame ? 0 : 1),
        at(last, column) + 1,
        at(current, column - 1) + 1,
      )
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      if (row > 1 && column > 1 && isSwapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      current.push(cost)
      least = Math.min(least, cost)
    }
    // A swap reaches back two rows, so one row alone does not prove it.
    if (least > max && Math.min(...last) > max) return least
    beforeLast = last
    last = current
  }
  return at(last, other.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
