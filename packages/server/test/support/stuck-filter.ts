import { createSeededRandom } from './virtual-clock.ts'

const random = createSeededRandom(1)

/** Goes on for minutes when `data.hay` is `STUCK_HAY`: there is no loop in it, and so no look at the budget. */
export const STUCK = Array.from({ length: 20 }, () => 'data.hay.matches("a[ab]{400}[cd]")').join(' || ')

/** At each of its characters the pattern may stand at any of hundreds of places. */
export const STUCK_HAY = Array.from({ length: 700_000 }, () => (random.fraction() < 0.5 ? 'a' : 'b')).join('')

/** On which the same expression is true, and quick. */
export const FREE_HAY = `${'a'.repeat(401)}c`
