import { announceUntold } from '../rules/announce.ts'
import type { AnnouncePort, UntoldPort } from '../rules/announce.ts'
import type { WorkStore } from '../work.ts'
import type { Connection } from './connection.ts'
import { timeBytes } from './ids.ts'
import { writeInParts } from './parts.ts'
import type { WebhookCache } from './webhook-cache.ts'

/** An event's id may be made a little before the moment that its row bears. */
const ID_EARLIER_MS_MAX = 60_000

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

export function createEventTimes(connection: Connection): AnnouncePort['eventTimes'] {
  const select = connection.prepare<{ created_at: number }>(`
    SELECT created_at FROM events INDEXED BY events_type
    WHERE organization_id = ? AND type = ? AND id > ? ORDER BY id DESC LIMIT ?`)

  return (organizationId, types, since, limit) => {
    const start = timeBytes(since - ID_EARLIER_MS_MAX)
    return types
      .flatMap((type) => select.all(organizationId, type, start, limit))
      .map((row) => row.created_at)
      .filter((time) => time > since)
      .sort((left, right) => left - right)
      .slice(-limit)
  }
}
