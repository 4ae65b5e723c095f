import { checkInvariants } from '../invariants/checker.ts'
import type { History, Rows } from '../invariants/history.ts'
import { collectHistory, withStore, type CollectOptions } from './collect.ts'
import { ORGANIZATION_ID } from './facts.ts'
import type { World } from './world.ts'

export interface Conclusion {
  /** What of the history should not be, a sentence each. */
  violations: string[]
  rows: Rows
  /** For the figures: how many of the invariants the history tells enough about, and how often they were applied. */
  judged: Record<'invariants judged' | 'cases', number>
}

/** Violations of one kind that are shown; a broken rule is often broken a thousand times. */
const SHOWN_MAX = 5

/** Holds everything known of a world, on which no server runs any more, against the invariants. */
export async function conclude(world: World, options: CollectOptions): Promise<Conclusion> {
  const history = await collectHistory(world, options)
  const { violations, judged } = judge(history)
  const unended = options.atRest ? await unendedRuns(world) : []
  return {
    violations: [...violations, ...unended.map((id) => `run ${id} was accepted and has not ended`)],
    judged,
    rows: history.rows ?? { webhooks: [], events: [], deliveries: [], attempts: [] },
  }
}

/** A run that ended has made events, in the same commit. */
function unendedRuns({ dataDir, facts }: World): Promise<string[]> {
  return withStore(dataDir, async ({ runs }) => {
    const unended: string[] = []
    for (const id of facts.runs) {
      const run = await runs.get(ORGANIZATION_ID, id)
      const events = await runs.eventIds(ORGANIZATION_ID, id)
      if (run?.endedAt == null || events.length === 0) unended.push(id)
    }
    return unended
  })
}

export function concludeAtRest(world: World, source: string): Promise<Conclusion> {
  return conclude(world, { source, atRest: true })
}

export function judge(history: History): Omit<Conclusion, 'rows'> {
  const { violations, judged, cases } = checkInvariants(history)
  const shown = new Map<number, number>()
  const sentences = violations.flatMap(({ invariant, what, where }) => {
    const before = shown.get(invariant) ?? 0
    shown.set(invariant, before + 1)
    return before < SHOWN_MAX ? [`invariant ${invariant}: ${what} ${JSON.stringify(where)}`] : []
  })
  for (const [invariant, count] of shown) {
    if (count > SHOWN_MAX) sentences.push(`invariant ${invariant}: ${count - SHOWN_MAX} more`)
  }
  const casesAll = judged.reduce((sum, invariant) => sum + (cases[invariant] ?? 0), 0)
  return { violations: sentences, judged: { 'invariants judged': judged.length, cases: casesAll } }
}
