import type { Delivery } from '../../core/delivery.ts'
import type { Connection } from './connection.ts'
import { findableId } from './ids.ts'

/**
 * The `seq` of a delivery, remembered with the object that was made of its row: whoever was given a lease hands the same
 * object in with the result, and the row need not be looked for by its id. For as long as somebody has the object.
 */
export interface DeliveryPlaces {
  keep(delivery: Delivery, seq: number): Delivery
  /** Null when there is no such delivery. */
  of(delivery: Delivery): number | null
}

export function createDeliveryPlaces(connection: Connection): DeliveryPlaces {
  const select = connection.prepare<{ seq: number }>('SELECT seq FROM deliveries WHERE id = ?')
  const seqs = new WeakMap<Delivery, number>()
  return {
    keep(delivery, seq) {
      seqs.set(delivery, seq)
      return delivery
    },
    of(delivery) {
      const known = seqs.get(delivery)
      if (known !== undefined) return known
      const bytes = findableId('dlv', delivery.id)
      return bytes === null ? null : (select.get(bytes)?.seq ?? null)
    },
  }
}
