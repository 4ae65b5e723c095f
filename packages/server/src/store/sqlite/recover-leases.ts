import { LIMITS } from '../../core/limits.ts'
import { settleCutOff } from '../rules/settle.ts'
import type { SettlePort } from '../rules/settle.ts'
import type { Decisions } from '../work.ts'
import type { Connection } from './connection.ts'
import { idText } from './ids.ts'
import type { WebhookCache } from './webhook-cache.ts'

export type RecoverLeases = (decisions: Pick<Decisions, 'settle'>) => number

export function createRecoverLeases(
  connection: Connection,
  webhooks: WebhookCache,
  port: SettlePort,
  now: () => number,
): RecoverLeases {
  const selectLeased = connection.prepare<{ id: Uint8Array }>(
    `SELECT id FROM deliveries WHERE leased_at IS NOT NULL LIMIT ${LIMITS.commitRowsMax}`,
  )

  function recoverSlice(decisions: Pick<Decisions, 'settle'>): number {
    const slice = selectLeased.all()
    for (const { id } of slice) {
      // Read one by one: an earlier one of the slice may have stopped the webhook and held this one.
      const delivery = port.delivery(idText('dlv', id))
      if (delivery !== null) settleCutOff(port, delivery, decisions, now())
    }
    webhooks.flushStates()
    return slice.length
  }

  return (decisions) => {
    let recovered = 0
    for (;;) {
      const count = connection.write(() => recoverSlice(decisions))
      if (count === 0) return recovered
      recovered += count
    }
  }
}
