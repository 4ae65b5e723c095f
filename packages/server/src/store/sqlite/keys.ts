import type { ApiKey, Scope } from '../../core/organization.ts'
import type { KeyStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { findableId, idBytes, idText } from './ids.ts'
import { organizationFrom } from './organizations.ts'
import type { OrganizationRow } from './organizations.ts'

interface KeyRow {
  id: Uint8Array
  organization_id: number
  name: string
  scopes: string
  hash: string
  hint: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  last_used_at: number | null
}

export function createKeyStore(connection: Connection): KeyStore {
  const insert = connection.prepare(`
    INSERT INTO api_keys (id, organization_id, name, scopes, hash, hint, created_at, expires_at, revoked_at,
      last_used_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const selectByHash = connection.prepare<KeyRow>('SELECT * FROM api_keys WHERE hash = ?')
  const selectOrganization = connection.prepare<OrganizationRow>('SELECT * FROM organizations WHERE id = ?')
  const selectAll = connection.prepare<KeyRow>(
    'SELECT * FROM api_keys WHERE organization_id = ? ORDER BY id DESC',
  )
  const revoke = connection.prepare(
    'UPDATE api_keys SET revoked_at = ? WHERE id = ? AND organization_id = ? AND revoked_at IS NULL',
  )
  const touch = connection.prepare('UPDATE api_keys SET last_used_at = ? WHERE id = ?')

  return {
    create: async (key) => connection.write(() => void insert.run(...valuesOf(key))),
    byHash: async (hash) =>
      connection.read(() => {
        const row = selectByHash.get(hash)
        const organization = row === undefined ? undefined : selectOrganization.get(row.organization_id)
        if (row === undefined || organization === undefined) return null
        return { key: keyFrom(row), organization: organizationFrom(organization) }
      }),
    list: async (organizationId) => connection.read(() => selectAll.all(organizationId).map(keyFrom)),
    revoke: async (organizationId, id, now) => {
      const bytes = findableId('key', id)
      return (
        bytes !== null && connection.write(() => Number(revoke.run(now, bytes, organizationId).changes) > 0)
      )
    },
    touch: async (id, now) => {
      const bytes = findableId('key', id)
      if (bytes !== null) connection.write(() => touch.run(now, bytes))
    },
  }
}

function keyFrom(row: KeyRow): ApiKey {
  return {
    id: idText('key', row.id),
    organizationId: row.organization_id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as Scope[],
    hash: row.hash,
    hint: row.hint,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  }
}

function valuesOf(key: ApiKey) {
  return [
    idBytes('key', key.id),
    key.organizationId,
    key.name,
    JSON.stringify(key.scopes),
    key.hash,
    key.hint,
    key.createdAt,
    key.expiresAt,
    key.revokedAt,
    key.lastUsedAt,
  ] as const
}
