import { pauseEnd } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { LaneClaim } from '../work.ts'

/** The first of `due`, which are no more than the claim's limit: reads on only until their bodies are enough. */
export function takeClaimed<Row>(
  due: Iterable<Row>,
  { bytesMax }: Pick<LaneClaim, 'bytesMax'>,
  bytesOf: (row: Row) => number,
): Row[] {
  const taken: Row[] = []
  let bytes = 0
  for (const row of due) {
    taken.push(row)
    bytes += bytesOf(row)
    if (bytes >= bytesMax) break
  }
  return taken
}

/** When a webhook has something to start whose first delivery is due at `dueAt`; null when it has none. */
export function dueAfterPause(dueAt: number | null, webhook: Webhook, now: number): number | null {
  return dueAt === null ? null : Math.max(dueAt, pauseEnd(webhook, now) ?? 0)
}
