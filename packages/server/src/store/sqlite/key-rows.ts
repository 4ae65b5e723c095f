import type { ApiKey, Scope } from '../../core/organization.ts'
import type { Connection } from './connection.ts'
import { idBytes, idText } from './ids.ts'

export interface KeyRow {
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

export function createKeyWriter(connection: Connection): (key: ApiKey) => void {
  const insert = connection.prepare(`
    INSERT INTO api_keys (id, organization_id, name, scopes, hash, hint, created_at, expires_at, revoked_at,
      last_used_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  return (key) => void insert.run(...valuesOf(key))
}

export function keyFrom(row: KeyRow): ApiKey {
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
