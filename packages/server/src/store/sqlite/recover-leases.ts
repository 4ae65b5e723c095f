import { LIMITS } from '../../core/limits.ts'
import { settleCutOff } from '../rules/settle.ts'
import type { SettlePort } from '../rules/settle.ts'
import type { WorkStore } from '../work.ts'
import type { Connection } from './connection.ts'
import { idText } from './ids.ts'
import { writeInParts } from './parts.ts'
import type { WebhookCache } from './webhook-cache.ts'

export function createRecoverLeases(
  connection: Connection,
  webhooks: WebhookCache,
  port: SettlePort,
  now: () => number,
): WorkStore['recover'] {
  const selectLeased = connection.prepare<{ id: Uint8Array; fence: number }>(
    `SELECT id, fence FROM deliveries WHERE leased_at IS NOT NULL LIMIT ${LIMITS.commitRowsMax}`,
  )

  return async (decisions, onFault = () => undefined) => {
    let recovered = 0
    for (;;) {
      const leases = connection
        .read(() => selectLeased.all())
        .map(({ id, fence }) => ({ deliveryId: idText('dlv', id), fence }))
      if (leases.length === 0) return recovered
      const faults = await connection.durably(() =>
        writeInParts(connection, webhooks, (runPart) =>
          settleCutOff(port, leases, decisions, now(), runPart),
        ),
      )
      faults.forEach(onFault)
      recovered += leases.length - faults.length
    }
  }
}
