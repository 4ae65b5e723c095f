import { Problem } from '../../../core/errors.ts'
import type { Webhook } from '../../../core/webhook.ts'
import { notFound } from '../../problems/error-handler.ts'

/** A webhook proper. A channel is not found here: it is at /channels. Throws `not_found`. */
export function asWebhook(row: Webhook | null): Webhook {
  if (row?.carrier !== 'webhook') throw notFound()
  return row
}

/** Throws `not_found`. */
export function asChannel(row: Webhook | null): Webhook {
  if (row === null || row.carrier === 'webhook') throw notFound()
  return row
}

/** For what a channel has not: signatures and their secrets, headers, a schedule of its own. Throws `not_for_channels`. */
export function refuseChannel(row: Webhook): Webhook {
  if (row.carrier === 'webhook') return row
  throw new Problem(
    'not_for_channels',
    `${row.id} is a channel: its messages are not signed. What can be changed of it is at /api/v1/channels/${row.id}.`,
  )
}
