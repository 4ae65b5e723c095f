import { Problem } from '../../../core/errors.ts'
import { isChannel, type Webhook } from '../../../core/webhook.ts'
import { notFound } from '../../problems/error-handler.ts'

/** A webhook proper. A channel is not found here: it is at /channels. Throws `not_found`. */
export function asWebhook(row: Webhook | null): Webhook {
  if (row === null || isChannel(row)) throw notFound()
  return row
}

/** Throws `not_found`. */
export function asChannel(row: Webhook | null): Webhook {
  if (row === null || !isChannel(row)) throw notFound()
  return row
}

/** Refuses a channel where only a webhook will do: it has no signatures, no headers and no schedule of its own. Throws `not_for_channels`. */
export function refuseChannel(row: Webhook): Webhook {
  if (!isChannel(row)) return row
  throw new Problem(
    'not_for_channels',
    `${row.id} is a channel: its messages are not signed. Change it at /api/v1/channels/${row.id}.`,
  )
}
