import type { Delivery } from '../../core/delivery.ts'
import { LIMITS } from '../../core/limits.ts'
import { holdsBack, type Webhook } from '../../core/webhook.ts'
import type { EngineOptions } from '../options.ts'
import { makeSlice, nextInTurn } from '../rules/moves.ts'
import type { MovePort } from '../rules/moves.ts'
import { isBlocked, movedBy } from '../rules/waiting.ts'
import type { MoveProgress } from '../work.ts'
import { lastFanout } from './fanouts.ts'
import { lineKey } from './tables.ts'
import type { StoredMove, Tables } from './tables.ts'

export function createMoveWaiting(tables: Tables, options: EngineOptions): () => MoveProgress | null {
  let last: string | null = null

  return () =>
    tables.transact(() => {
      const webhooks = ripeWebhooks(tables)
      last = nextInTurn(webhooks, last)
      if (last === null) return null
      const webhook = tables.webhooks.get(last)
      if (webhook === null) throw new Error(`a move has lost its webhook ${last}`)
      const port = createMovePort(tables, webhook)
      makeSlice(port, moveRowsPerSlice(options))
      return {
        webhookId: webhook.id,
        organizationId: webhook.organizationId,
        done: port.queued().length === 0,
      }
    })
}

/** Those of which a move can be made now. */
function ripeWebhooks(tables: Tables): string[] {
  const firsts = new Map<string, StoredMove>()
  for (const move of tables.moves.all().sort(bySeq)) {
    if (!firsts.has(move.webhookId)) firsts.set(move.webhookId, move)
  }
  return [...firsts].flatMap(([webhookId, { waitsFor }]) => (waitsFor === null ? [webhookId] : []))
}

export function createMovePort(
  tables: Tables,
  { id: webhookId, organizationId }: Pick<Webhook, 'id' | 'organizationId'>,
): MovePort<string, StoredMove> {
  return {
    queued: () => tables.moves.where('webhook', webhookId).sort(bySeq),
    queue(move, wasLive, now) {
      const seq = tables.moves.all().reduce((most, queued) => Math.max(most, queued.seq), 0) + 1
      const lastPlace = lastBorn(tables, webhookId)
      const waitsFor = lastFanout(tables, organizationId)?.seq ?? null
      tables.moves.add({ seq, webhookId, organizationId, move, lastPlace, movedAt: now, wasLive, waitsFor })
    },
    isRipe: ({ waitsFor }) => waitsFor === null,
    done: ({ seq }) => tables.moves.remove(seq),
    read({ move, lastPlace, movedAt }, limit) {
      const rows = tables.deliveries
        .where('webhook', webhookId)
        .filter((row) => row.id <= lastPlace && movedBy(move, row, () => true, movedAt) !== null)
        .sort(byId)
        .slice(0, limit)
        .map((row) => ({ ...row, place: row.id }))
      return rows.length === 0 ? null : rows
    },
    save({ place }, moved) {
      const delivery = tables.deliveries.get(place)
      if (delivery !== null) tables.deliveries.put({ ...delivery, ...moved })
    },
    firstOfLine: (orderKey) => firstOfLine(tables, webhookId, orderKey)?.id ?? null,
    unblock: (orderKey, now) => void unblock(tables, webhookId, orderKey, now),
  }
}

/** Whether a move is left that must be made before anything of the webhook may start. */
export function isHeldBack(tables: Tables, webhookId: string): boolean {
  return tables.moves.where('webhook', webhookId).some(({ move }) => holdsBack(move))
}

/** Makes the first of a line due, if it waits for its turn; answers whether it did. */
export function unblock(tables: Tables, webhookId: string, orderKey: string, now: number): boolean {
  const first = firstOfLine(tables, webhookId, orderKey)
  if (first === null || !isBlocked(first)) return false
  tables.deliveries.put({ ...first, dueAt: now })
  return true
}

function firstOfLine(tables: Tables, webhookId: string, orderKey: string): Delivery | null {
  return tables.deliveries.where('line', lineKey(webhookId, orderKey)).sort(byId)[0] ?? null
}

export function moveRowsPerSlice({ moveRowsPerSlice: rows }: EngineOptions): number {
  return rows ?? LIMITS.moveRowsPerSlice
}

export function lastBorn(tables: Tables, webhookId: string): string {
  const born = tables.deliveries.where('webhook', webhookId)
  return born.reduce((most, { id }) => (id > most ? id : most), '')
}

function bySeq(left: { seq: number }, right: { seq: number }): number {
  return left.seq - right.seq
}

function byId(left: Delivery, right: Delivery): number {
  return left.id < right.id ? -1 : 1
}
