import { announceUntold } from '../rules/announce.ts'
import type { AnnouncePort, UntoldPort } from '../rules/announce.ts'
import type { WorkStore } from '../work.ts'
import type { Connection } from './connection.ts'
import { writeInParts } from './parts.ts'
import type { WebhookCache } from './webhook-cache.ts'

export function createAnnounceDue(
  connection: Connection,
  webhooks: WebhookCache,
  announcePort: AnnouncePort,
): WorkStore['announceDue'] {
  const selectUntold = connection.prepare<{ seq: number }>(
    'SELECT seq FROM webhooks WHERE tell_at <= ? ORDER BY tell_at LIMIT ?',
  )
  const selectNext = connection.prepare<{ tell_at: number | null }>(
    'SELECT min(tell_at) AS tell_at FROM webhooks WHERE tell_at IS NOT NULL',
  )
  const port: UntoldPort = {
    ...announcePort,
    untold: (now, limit) => selectUntold.all(now, limit).map(({ seq }) => webhooks.bySeq(seq).webhook),
    nextTellAt() {
      webhooks.flushStates()
      return selectNext.get()?.tell_at ?? null
    },
  }
  return async (decisions, now) =>
    connection.durably(() =>
      writeInParts(connection, webhooks, (runPart) => announceUntold(port, decisions, now, runPart)),
    )
}
