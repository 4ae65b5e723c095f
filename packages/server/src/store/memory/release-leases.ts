import type { LeaseRelease } from '../work.ts'
import type { Tables } from './tables.ts'

export function releaseLease(tables: Tables, release: LeaseRelease): void {
  const delivery = tables.deliveries.get(release.deliveryId)
  if (delivery?.leasedAt == null || delivery.fence !== release.fence) return
  tables.deliveries.put({ ...delivery, leasedAt: null })
}
