import type { LeaseRelease } from '../work.ts'
import type { Connection } from './connection.ts'
import { findableId } from './ids.ts'

export function createReleaseLease(connection: Connection): (release: LeaseRelease) => void {
  const release = connection.prepare('UPDATE deliveries SET leased_at = NULL WHERE id = ? AND fence = ?')

  return ({ deliveryId, fence }) => {
    const bytes = findableId('dlv', deliveryId)
    if (bytes !== null) release.run(bytes, fence)
  }
}
