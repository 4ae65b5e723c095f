import { HOUR_MS, MINUTE_MS } from '../../core/time.ts'
import { readSlice, replayItems } from '../rules/replay.ts'
import type { CandidateQuery, ReplayCandidate, ReplayPort } from '../rules/replay.ts'
import type { ResendPort } from '../rules/resend.ts'
import type { DeliveryStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { DELIVERY_COLUMNS, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { EVENT_COLUMNS, eventFrom } from './event-rows.ts'
import type { EventRow } from './event-rows.ts'
import { AFTER_EVERY_ID, findableId, idBytes, idText, timeBytes } from './ids.ts'
import type { FindSendable } from './sendable.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { KINDS, numberOf } from './words.ts'

const TEST = numberOf(KINDS, 'test')

/**
 * Events are found by id, whose time is near that of acceptance but not the same. It is earlier only when the clock was
 * set back between the reading of the two. It is later by what it took to judge the event and, after the clock was set
 * back, by what it has yet to catch up (core/ids.ts). After a greater step back than this, a range from before the clock
 * caught up is found whole only while it is young.
 */
const ID_EARLIER_MS_MAX = MINUTE_MS
const ID_LATER_MS_MAX = HOUR_MS

/** All of a delivery is null when there is none. */
interface CandidateRow extends DeliveryRecord {
  event_created_at: number
  swept: number
  fans_out: number
  body_bytes: number
  delivery_seq: number | null
  other_kind: number | null
}

const candidatesFrom = (events: string): string => `
  SELECT ${DELIVERY_COLUMNS}, e.created_at AS event_created_at, e.swept, length(e.body) AS body_bytes,
    EXISTS (SELECT 1 FROM fanouts f WHERE f.event_seq = e.seq) AS fans_out,
    d.seq AS delivery_seq,
    CASE WHEN d.seq IS NULL THEN (SELECT o.kind FROM deliveries o WHERE o.event_seq = e.seq LIMIT 1) END AS other_kind
  FROM ${events}
  LEFT JOIN deliveries d ON d.seq = (
    SELECT n.seq FROM deliveries n WHERE n.event_seq = e.seq AND n.webhook_seq = ? ORDER BY n.resends DESC LIMIT 1)
  LEFT JOIN webhooks w ON w.seq = d.webhook_seq
  WHERE e.organization_id = ?`

export function createReplay(
  connection: Connection,
  webhooks: WebhookCache,
  findSendable: FindSendable,
  resending: ResendPort,
): Pick<DeliveryStore, 'replayable' | 'replay'> {
  const port = createReplayPort(connection, webhooks, resending)
  return {
    replayable: async (request) => connection.read(() => readSlice(port, request)),
    replay: async (webhookId, items, now) =>
      connection.commit(() => {
        const webhook = findSendable(webhookId)
        return webhook === null ? 0 : replayItems(port, webhook, items, now)
      }),
  }
}

function createReplayPort(connection: Connection, webhooks: WebhookCache, resending: ResendPort): ReplayPort {
  // Left to itself SQLite walks the events of every type, whose index has the same range of ids.
  const selectSome = connection.prepare<CandidateRow>(
    `${candidatesFrom('events e INDEXED BY events_type')} AND e.type = ? AND e.id > ? AND e.id < ? ORDER BY e.id LIMIT ?`,
  )
  const selectOne = connection.prepare<CandidateRow>(`${candidatesFrom('events e')} AND e.id = ?`)
  const selectNewest = connection.prepare<{ created_at: number }>(
    'SELECT created_at FROM events WHERE organization_id = ? AND type = ? ORDER BY id DESC LIMIT 1',
  )
  const selectEvent = connection.prepare<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.organization_id = ? AND e.id = ?`,
  )

  /** Events end before this one. While the clock has not left the range behind, every later one may be of it. */
  function endOf(organizationId: number, { type, until }: CandidateQuery): Buffer {
    const end = until + ID_LATER_MS_MAX
    const newest = selectNewest.get(organizationId, type)
    return newest === undefined || newest.created_at < end ? AFTER_EVERY_ID : timeBytes(end)
  }

  return {
    candidates(webhook, query) {
      const { organizationId } = webhook
      const seq = webhooks.byId(webhook.id)?.seq
      if (seq === undefined) return []
      const [start, end] = [startOf(query), endOf(organizationId, query)]
      return selectSome.all(seq, organizationId, query.type, start, end, query.limit).map(candidateFrom)
    },
    candidate(webhook, eventId) {
      const bytes = findableId('evt', eventId)
      const seq = webhooks.byId(webhook.id)?.seq
      if (bytes === null || seq === undefined) return null
      const row = selectOne.get(seq, webhook.organizationId, bytes)
      return row === undefined ? null : candidateFrom(row)
    },
    event(organizationId, id) {
      const row = selectEvent.get(organizationId, idBytes('evt', id))
      return row === undefined ? null : eventFrom(row)
    },
    ...resending,
  }
}

/** Events begin after this one. */
function startOf({ since, after }: CandidateQuery): Buffer {
  const first = timeBytes(since - ID_EARLIER_MS_MAX)
  const read = after === null ? null : idBytes('evt', after)
  return read !== null && Buffer.compare(read, first) > 0 ? read : first
}

function candidateFrom(row: CandidateRow): ReplayCandidate {
  return {
    eventId: idText('evt', row.event_id),
    createdAt: row.event_created_at,
    bodyBytes: row.body_bytes,
    delivery: row.delivery_seq === null ? null : deliveryFrom(row),
    open: row.swept === 0 && row.fans_out === 0 && row.other_kind !== TEST,
  }
}
