import { lapses } from '../rules/due.ts'
import type { LeaseRelease } from '../work.ts'
import type { Connection } from './connection.ts'
import { findableId } from './ids.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { STATES, wordOf } from './words.ts'

interface ReleasedRow {
  seq: number
  webhook_seq: number
  state: number
}

export function createReleaseLease(
  connection: Connection,
  webhooks: WebhookCache,
): (release: LeaseRelease) => void {
  const release = connection.prepare<ReleasedRow>(
    'UPDATE deliveries SET leased_at = NULL WHERE id = ? AND fence = ? RETURNING seq, webhook_seq, state',
  )
  const lapse = connection.prepare('UPDATE deliveries SET due_at = NULL, manual = NULL WHERE seq = ?')

  return ({ deliveryId, fence }) => {
    const bytes = findableId('dlv', deliveryId)
    const row = bytes === null ? undefined : release.get(bytes, fence)
    if (row === undefined) return
    if (lapses(wordOf(STATES, row.state), webhooks.bySeq(row.webhook_seq).webhook)) lapse.run(row.seq)
  }
}
