import type { ApiKey, Organization } from '../../core/organization.ts'
import type { KeyStore } from '../store.ts'
import type { Connection } from './connection.ts'
import type { Idempotency } from './idempotency.ts'
import { findableId } from './ids.ts'
import { createKeyWriter, keyFrom } from './key-rows.ts'
import type { KeyRow } from './key-rows.ts'
import { organizationFrom } from './organizations.ts'
import type { OrganizationRow } from './organizations.ts'
import type { Remembered } from './remembered.ts'

export function createKeyStore(
  connection: Connection,
  idempotency: Idempotency,
  remembered: Remembered,
): KeyStore {
  const insert = createKeyWriter(connection)
  const selectByHash = connection.prepare<KeyRow>('SELECT * FROM api_keys WHERE hash = ?')
  const selectOrganization = connection.prepare<OrganizationRow>('SELECT * FROM organizations WHERE id = ?')
  const selectAll = connection.prepare<KeyRow>(
    'SELECT * FROM api_keys WHERE organization_id = ? ORDER BY id DESC',
  )
  const revoke = connection.prepare(
    'UPDATE api_keys SET revoked_at = ? WHERE id = ? AND organization_id = ? AND revoked_at IS NULL',
  )
  const touch = connection.prepare('UPDATE api_keys SET last_used_at = ? WHERE id = ?')

  function find(hash: string): { key: ApiKey; organization: Organization } | null {
    const row = selectByHash.get(hash)
    const organization = row === undefined ? undefined : selectOrganization.get(row.organization_id)
    if (row === undefined || organization === undefined) return null
    return { key: keyFrom(row), organization: organizationFrom(organization) }
  }

  return {
    create: async (key, claim = null) =>
      idempotency.createOnce(claim, () => {
        insert(key)
        return { row: key, resourceId: key.id }
      }),
    byHash: async (hash) => connection.read(() => remembered.find(`key ${hash}`, () => find(hash))),
    list: async (organizationId) => connection.read(() => selectAll.all(organizationId).map(keyFrom)),
    revoke: async (organizationId, id, now) => {
      const bytes = findableId('key', id)
      if (bytes === null) return false
      return connection.commit(() => {
        remembered.forget()
        return Number(revoke.run(now, bytes, organizationId).changes) > 0
      })
    },
    touch: async (id, now) => {
      const bytes = findableId('key', id)
      if (bytes === null) return
      await connection.commit(() => {
        remembered.forget()
        touch.run(now, bytes)
      })
    },
  }
}
